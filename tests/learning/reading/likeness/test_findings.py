import json

from learning.reading.likeness import Finding, Likeness

ARCHIVE = Finding(2, "一句话。", "archive", 91, reflection_id=7, label="心得《不公开的题目》", url="/a/")
SOURCE = Finding(0, "又一句。", "source", 100, page_id=3, label="与《材料》原文相同")


class TestLikeness:
    def test_comes_back_from_the_database_without_what_may_be_closed_by_then(self):
        likeness = Likeness((SOURCE, ARCHIVE))
        stored = json.loads(json.dumps(likeness.as_json()))
        assert "不公开的题目" not in json.dumps(stored, ensure_ascii=False)
        back = Likeness.from_json(stored)
        assert [(one.passage, one.text, one.kind, one.similarity) for one in back.findings] == [
            (0, "又一句。", "source", 100),
            (2, "一句话。", "archive", 91),
        ]
        assert [(one.reflection_id, one.page_id, one.url) for one in back.findings] == [(None, 3, ""), (7, None, "")]
        assert [one.label for one in back.findings] == ["本站一篇材料", "档案中另一篇心得"]
        assert back.as_json() == likeness.as_json()

    def test_is_nothing_where_nothing_was_stored(self):
        assert Likeness.from_json({}) == Likeness()
        assert not Likeness()

    def test_says_how_many_places_and_judges_nothing(self):
        assert Likeness((SOURCE, ARCHIVE)).summary == "有 2 处与档案或给定材料相近，请看看是否需要注明出处或改写。"
        assert Likeness().summary == "没有看到与档案或给定材料相近的地方。"

    def test_knows_what_belongs_to_a_passage(self):
        assert Likeness((SOURCE, ARCHIVE)).of_passage(2) == (ARCHIVE,)
