import pytest

from cms.imports.kinds import DuplicateKindError, Field, ImportKind, UnknownKindError, get_kind, register_kind
from cms.imports.models import ImportBatch


class Scores(ImportKind):
    key = "roster"
    label = "成绩"
    fields = (Field("name", "姓名"), Field("score", "得分", ("分数", "成绩")))


class TestRegisterKind:
    def test_refuses_a_second_owner_of_a_key(self):
        with pytest.raises(DuplicateKindError):
            register_kind(Scores())
        assert get_kind("roster").label == "人员花名册"

    def test_knows_what_it_does_not_know(self):
        with pytest.raises(UnknownKindError):
            get_kind("nothing")
        assert ImportBatch(kind="nothing").kind_label == "nothing"


class TestGuessMapping:
    def test_goes_by_label_and_aliases_and_uses_a_column_once(self):
        assert Scores().guess_mapping(["序号", "成绩", "姓名", "得分"]) == {"name": 2, "score": 1}


class TestImportKind:
    def test_leaves_check_and_commit_to_the_room(self):
        with pytest.raises(NotImplementedError):
            Scores().check([], None)
        with pytest.raises(NotImplementedError):
            Scores().commit(None, None)
