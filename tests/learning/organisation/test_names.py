import pytest

from learning.organisation.names import MAX_SORT_KEY, sort_key, tidy_name


class TestSortKey:
    @pytest.mark.parametrize(
        ("name", "beginning"),
        [
            ("单田芳", "shan "),
            ("曾国藩", "zeng "),
            ("解晓东", "xie "),
            ("区大为", "ou "),
            ("查良镛", "zha "),
            ("仇英", "qiu "),
            ("朴树", "piao "),
            ("任正平", "ren "),
            ("翟志刚", "zhai "),
            ("盖叫天", "ge "),
            ("尉迟恭", "yu chi "),
            ("万俟卨", "mo qi "),
            ("单于夜", "chan yu "),
            ("张三", "zhang san "),
        ],
    )
    def test_reads_a_surname_as_a_surname(self, name, beginning):
        assert sort_key(name).startswith(beginning)

    def test_keeps_people_of_one_sound_together_and_apart(self):
        names = ["黎明", "李明", "李鸣", "黎鸣"]
        assert sorted(names, key=sort_key) == sorted(names, key=lambda name: ("li ming", name))

    def test_takes_other_scripts(self):
        assert sort_key("Li Ming") == "li ming Li Ming"
        assert sort_key("阿卜杜拉·买买提").startswith("a bo du la · mai mai ti")

    def test_fits_the_column(self):
        assert len(sort_key("张" * 50)) <= MAX_SORT_KEY


class TestTidyName:
    @pytest.mark.parametrize(
        ("written", "tidied"),
        [
            ("张 三", "张三"),
            ("张　三", "张三"),
            (" 欧阳  修 ", "欧阳修"),
            ("阿卜杜拉•买买提", "阿卜杜拉·买买提"),
            ("阿卜杜拉・买买提", "阿卜杜拉·买买提"),
            ("Ｌｉ Ming", "Li Ming"),
        ],
    )
    def test_gives_one_spelling(self, written, tidied):
        assert tidy_name(written) == tidied
