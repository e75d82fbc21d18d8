import pytest

from learning.models import DepartmentStatement, FileLock, FiveHavesFile, StudyStatement
from learning.portfolio.files import LockedFileError
from learning.portfolio.services.statements import (
    StatementError,
    save_department_statement,
    save_statement,
    take_back_department_statement,
    take_back_statement,
)
from learning.portfolio.services.writing import TO_FILL_IN, EntryConflictError, EntryError
from tests.factories.bureau import make_bureau
from tests.factories.programme import at
from tests.standing import standing

NOW = at(2026, 11, 25, 9)


@standing()
def bureau():
    return make_bureau()


def save(person, text="一年来。", *, version=None, hands_in=False, year=2026):
    return save_statement(staff=person, year=year, text=text, version=version, hands_in=hands_in, by=person.user, now=NOW)


def save_of(department, person, text="一年来。", *, version=None, hands_in=False, year=2026):
    facts = {"text": text, "version": version, "hands_in": hands_in}
    return save_department_statement(department=department, year=year, **facts, by=person.user, now=NOW)


class TestSaveStatement:
    def test_keeps_a_draft_and_hands_it_in(self, bureau):
        statement = save(bureau.member)
        assert (statement.state, statement.handed_in_at) == ("draft", None)
        statement = save(bureau.member, "改好了。", version=1, hands_in=True)
        assert (statement.state, statement.handed_in_at, statement.version) == ("handed_in", NOW, 2)

    def test_refuses_what_was_overtaken_or_is_handed_in(self, bureau):
        save(bureau.member)
        with pytest.raises(EntryConflictError):
            save(bureau.member, version=None)
        save(bureau.member, version=1, hands_in=True)
        with pytest.raises(StatementError, match="请先收回"):
            save(bureau.member, version=2)

    @pytest.mark.parametrize("text", ["", "长" * 8001, f"下一步，{TO_FILL_IN}"])
    def test_says_what_is_wrong(self, bureau, text):
        with pytest.raises(EntryError) as refused:
            save(bureau.member, text, hands_in=True)
        assert "text" in refused.value.message_dict
        assert not StudyStatement.objects.exists()

    @pytest.mark.parametrize("year", [2024, 2027])
    def test_is_of_this_year_or_the_last(self, bureau, year):
        with pytest.raises(EntryError):
            save(bureau.member, year=year)

    def test_is_the_persons_own(self, bureau):
        with pytest.raises(EntryError, match="本人"):
            save_statement(staff=bureau.member, year=2026, text="好", version=None, hands_in=False, by=bureau.head.user, now=NOW)


class TestTakeBackStatement:
    def test_is_done_until_the_file_is_confirmed(self, bureau):
        statement = save(bureau.member, hands_in=True)
        taken = take_back_statement(statement=statement, by=bureau.member.user, now=NOW)
        assert (taken.state, taken.handed_in_at, taken.version) == ("draft", None, 2)
        with pytest.raises(StatementError, match="还没有提交"):
            take_back_statement(statement=statement, by=bureau.member.user, now=NOW)
        save(bureau.member, version=2, hands_in=True)
        FiveHavesFile.objects.update(confirmed_at=NOW, confirmed_sha256="0" * 64)
        with pytest.raises(StatementError, match="已经确认"):
            take_back_statement(statement=statement, by=bureau.member.user, now=NOW)

    def test_is_refused_once_the_year_is_locked(self, bureau):
        statement = save(bureau.member, hands_in=True)
        FileLock.objects.create(file=statement.file, locked_at=NOW, snapshot="{}", sha256="0" * 64)
        with pytest.raises(LockedFileError):
            take_back_statement(statement=statement, by=bureau.member.user, now=NOW)


class TestDepartmentStatement:
    def test_is_given_by_its_head(self, bureau):
        statement = save_of(bureau.office, bureau.head, hands_in=True)
        assert (statement.state, statement.given_by, statement.department) == ("handed_in", bureau.head, bureau.office)
        taken = take_back_department_statement(statement=statement, by=bureau.head.user, now=NOW)
        assert taken.state == "draft"

    @pytest.mark.parametrize("who", ["member", "other_head", "clerk", "leader"])
    def test_is_nobody_elses(self, bureau, who):
        with pytest.raises(StatementError, match="由它的负责人"):
            save_of(bureau.office, getattr(bureau, who))
        assert not DepartmentStatement.objects.exists()

    def test_refuses_what_was_overtaken(self, bureau):
        save_of(bureau.office, bureau.head)
        with pytest.raises(EntryConflictError):
            save_of(bureau.office, bureau.head, "另一窗口")

    @pytest.mark.parametrize("year", [2024, 2027])
    def test_is_of_this_year_or_the_last(self, bureau, year):
        with pytest.raises(StatementError):
            save_of(bureau.office, bureau.head, year=year)
