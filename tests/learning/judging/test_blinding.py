import pytest

from learning.judging.blinding import blind


class TestBlind:
    @pytest.mark.parametrize(
        ("text", "names", "left"),
        [
            ("陶思远走访了三所学校。", ["陶思远"], "□□□走访了三所学校。"),
            ("职业教育科（职教科）调研", ["职教科", "职业教育科"], "□□□□□（□□□）调研"),
            ("办公室与办公室秘书组", ["办公室", "办公室秘书组"], "□□□与□□□□□□"),
            ("王和 Li Lei", ["王", "Li Lei", ""], "王和 Li Lei"),
            ("没有名字", [], "没有名字"),
            ("a.c与abc", ["a.c科"], "a.c与abc"),
        ],
    )
    def test_blacks_out_names_the_longest_first(self, text, names, left):
        assert blind(text, names) == left
