import datetime
import json
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from learning.evidence import Have
from learning.periods import PeriodKind
from learning.portfolio.snapshots import SnapshotError, canonical, confirmed_text, content_of, differences, from_text, sha256, to_text
from learning.portfolio.years import year_of
from tests.factories.organisation import DepartmentFactory, PostingFactory, StaffMemberFactory
from tests.factories.pages import make_user
from tests.factories.portfolio import (
    AchievementFactory,
    ApplicationFactory,
    FiveHavesFileFactory,
    StudyPlanFactory,
    StudyStatementFactory,
    rule_of_people,
)
from tests.factories.programme import at
from tests.factories.reading import StudyNoteFactory, accepted_reflection

from .strategies import contents, shuffled

TODAY = datetime.date(2026, 12, 31)
# The first address that is reversed imports every view.
TAKEN = st.characters(exclude_categories=["Cs"])
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


@pytest.fixture
def person(db):
    found = StaffMemberFactory(name="陶思远")
    PostingFactory(staff=found, department=DepartmentFactory(name="办公室"), started_on=datetime.date(2020, 1, 1))
    return found


@pytest.fixture
def written(person):
    """Somebody with something of everything."""
    rule_of_people("have.application", name="收获运用", basis="方案第一部分")
    rule_of_people("reading.reflection", per=PeriodKind.QUARTER)
    file = FiveHavesFileFactory(staff=person)
    StudyPlanFactory(file=file)
    StudyStatementFactory(file=file)
    ApplicationFactory(staff=person)
    AchievementFactory(staff=person)
    accepted_reflection(author=person, at_time=at(2026, 3, 2))
    return person


def without_openers(content):
    told = {
        key: replace(detail, attachments=tuple(replace(one, open=None) for one in detail.attachments))
        for key, detail in content.details.items()
    }
    return replace(content, details=told)


class TestContentOf:
    def test_holds_the_year_and_what_the_person_wrote(self, written):
        content = content_of(written, 2026, TODAY)
        assert content.year.counts == year_of(written, 2026, TODAY).counts
        assert (content.plan.goals, content.plan.state) == ("学会起草公文，读懂两部教育法规。", "已批准")
        assert content.statement.handed_in_on == datetime.date(2026, 12, 10)
        assert {kind for kind, _pk in content.details} >= {"portfolio.application"}

    def test_has_no_draft_of_a_statement(self, person):
        StudyStatementFactory(file=FiveHavesFileFactory(staff=person), state="draft", handed_in_at=None)
        assert content_of(person, 2026, TODAY).statement is None

    def test_has_no_draft_of_a_plan_which_is_confirmed_neither(self, person):
        plan = StudyPlanFactory(file=FiveHavesFileFactory(staff=person), draft=True, goals="只写给自己的草稿")
        assert content_of(person, 2026, TODAY).plan is None
        year = year_of(person, 2026, TODAY)
        assert confirmed_text(year, plan, None) == confirmed_text(year, None, None)
        plan.state, plan.handed_in_at = "handed_in", at(2026, 2, 3)
        assert confirmed_text(year, plan, None) != confirmed_text(year, None, None)

    def test_tells_of_private_notes_that_there_are_some_and_no_more(self, person):
        person.user = make_user("zhigong")
        person.save()
        StudyNoteFactory(owner=person.user, about="只给自己看的题目", text="只给自己看的话", created_at=at(2026, 4, 2))
        FiveHavesFileFactory(staff=person, notes_on_paper_on=datetime.date(2026, 4, 17))
        content = content_of(person, 2026, TODAY)
        (cell,) = [cell for cell in content.year.cells if cell.have == Have.NOTE]
        assert cell.has_private
        text = to_text(content)
        for secret in ("只给自己看", "2026-04-02", "2026-04-17", "notes_on_paper"):
            assert secret not in text

    def test_takes_the_same_statements_whatever_the_history(self, written, django_assert_num_queries):
        with django_assert_num_queries(12):
            content_of(written, 2026, TODAY)
        ApplicationFactory.create_batch(5, staff=written)
        for month in range(4, 9):
            accepted_reflection(author=written, at_time=at(2026, month, 2))
        with django_assert_num_queries(12):
            content_of(written, 2026, TODAY)


class TestToText:
    @unhurried
    @given(content=contents(), random=st.randoms(use_true_random=False))
    def test_does_not_depend_on_the_order_of_loading(self, content, random):
        assert to_text(content) == to_text(shuffled(content, random))

    @unhurried
    @given(contents())
    def test_reads_back_as_what_it_was(self, content):
        again = from_text(to_text(content))
        assert without_openers(again) == without_openers(canonical(content))
        assert to_text(again) == to_text(content)

    def test_reads_a_real_file_back(self, written):
        content = content_of(written, 2026, TODAY)
        assert without_openers(from_text(to_text(content))) == without_openers(content)

    def test_keeps_chinese_readable_and_has_no_blanks(self, written):
        text = to_text(content_of(written, 2026, TODAY))
        assert "陶思远" in text
        assert '": ' not in text


class TestSha256:
    @unhurried
    @given(text=st.text(TAKEN, min_size=1, max_size=40), place=st.floats(0, 1, exclude_max=True), character=TAKEN)
    def test_is_another_for_any_changed_character(self, text, place, character):
        at = int(place * len(text))
        changed = text[:at] + character + text[at + 1 :]
        assert (sha256(changed) == sha256(text)) == (changed == text)


class TestFromText:
    @unhurried
    @given(content=contents(), place=st.floats(0, 1, exclude_max=True), character=st.characters())
    def test_reads_a_changed_text_as_another_content_or_refuses_it(self, content, place, character):
        text = to_text(content)
        at = int(place * len(text))
        changed = text[:at] + character + text[at + 1 :]
        try:
            read = from_text(changed)
        except SnapshotError:
            return
        assert to_text(read) == changed

    @unhurried
    @given(st.text() | st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists).map(json.dumps))
    def test_refuses_whatever_else_there_is(self, text):
        with pytest.raises(SnapshotError):
            from_text(text)

    @pytest.mark.parametrize(
        "changed",
        [
            lambda plain: {**plain, "format": "five-haves-file/2"},
            lambda plain: {**plain, "more": 1},
            lambda plain: {name: plain[name] for name in plain if name != "details"},
            lambda plain: {**plain, "year": None},
            lambda plain: {**plain, "year": {**plain["year"], "year": 2026.0}},
            lambda plain: {**plain, "year": {**plain["year"], "year": True}},
            lambda plain: {**plain, "year": {**plain["year"], "year": 10**30}},
            lambda plain: {**plain, "year": {**plain["year"], "as_of": "20261231"}},
            lambda plain: {**plain, "year": {**plain["year"], "name": "a\x00"}},
            lambda plain: {**plain, "year": {**plain["year"], "cells": plain["year"]["cells"][:4]}},
            lambda plain: {**plain, "year": {**plain["year"], "cells": [plain["year"]["cells"][0]] * 5}},
            lambda plain: {**plain, "details": [{}]},
            lambda plain: {**plain, "details": plain["details"] * 2},
            lambda plain: {**plain, "plan": []},
        ],
    )
    def test_names_what_is_wrong_with_it(self, written, changed):
        plain = json.loads(to_text(content_of(written, 2026, TODAY)))
        text = json.dumps(changed(plain), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        with pytest.raises(SnapshotError, match="档案内容"):
            from_text(text)

    @pytest.mark.parametrize("text", ["[" * 100_000, '{"a":' * 100_000, "1" * 10_000, "NaN", "\ud800", '{"format":1,"format":1}'])
    def test_is_not_brought_down(self, text):
        with pytest.raises(SnapshotError):
            from_text(text)

    def test_opens_no_attachment(self):
        content = from_text(EXAMPLE)
        (attachment,) = content.details["some.kind", 5].attachments
        assert attachment.name == "方案.docx"
        with pytest.raises(FileNotFoundError):
            attachment.open()


class TestDifferences:
    @unhurried
    @given(contents())
    def test_are_none_of_a_file_and_itself(self, content):
        assert differences(content, content) == []
        assert differences(content, from_text(to_text(content))) == []

    @unhurried
    @given(contents(), contents())
    def test_are_some_of_files_that_are_not_the_same(self, one, other):
        other = replace(other, year=replace(other.year, staff_id=one.year.staff_id))
        if to_text(one) != to_text(other):
            assert differences(one, other)


EXAMPLE = (
    '{"confirmation":null,"details":[{"attachments":[["方案.docx","%s"]],"facts":[["日期","2026-03-01"]],"kind":"some.kind","paragraphs":[],'
    '"record_id":5}],"format":"five-haves-file/1","plan":null,"review":null,"statement":null,"year":{"as_of":"2026-12-31","cells":['
    + ",".join(f'{{"has_private":false,"have":"{have.value}","lines":[],"state":"excused"}}' for have in Have)
    + '],"employee_number":"","name":"陶思远","others":[],"places":[],"records":[],"staff_id":1,"year":2026}}'
) % ("a" * 64)
