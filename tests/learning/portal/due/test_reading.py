"""What the plan asks of one person alone, and what the reading room has on their desk."""

import datetime

from django.urls import reverse

from learning.evidence import Subject
from learning.models import AnnualPlan, Entry, Reflection
from learning.periods import PeriodKind
from learning.portal.due import FEW, Kind, State, due_of
from learning.programme.choices import Audience
from tests.factories.bureau import rights_of
from tests.factories.programme import PlanItemFactory, RequirementFactory, at
from tests.factories.reading import JudgingFactory, ReadingEntryFactory, ReflectionFactory, accepted_reflection
from tests.factories.reviews import give_right, handed_in_reflection, reviewed_reflection

NOW = at(2026, 11, 25, 9)
TODAY = NOW.date()
Q3, Q4 = datetime.date(2026, 7, 1), datetime.date(2026, 10, 1)


def owed(name, evidence, *months, kind=PeriodKind.QUARTER, **rule):
    """A requirement of people with its items in the periods of `months`."""
    basis = "方案第四部分（六）：每人。"
    requirement = RequirementFactory(name=name, evidence=evidence, owed_by=Subject.STAFF, basis=basis, **rule)
    for month in months:
        PlanItemFactory(
            requirement=requirement,
            owed_by=Subject.STAFF,
            planned_on=datetime.date(2026, month, 28),
            period_kind=kind,
            plan__state=AnnualPlan.State.PUBLISHED,
        )


def reflections(*months, **rule):
    owed("每季度一篇学习心得", "reading.reflection", *months, **rule)


def books(*months, **rule):
    owed("每月读一本好书", "reading.log", *months, kind=PeriodKind.MONTH, **rule)


def rows(person, now=NOW):
    return due_of(rights_of(person, now.date()), now=now).rows


def row(person, now=NOW):
    (found,) = rows(person, now)
    return found


class TestReflectionsOwed:
    def test_lead_to_writing_one_for_the_quarter(self, bureau):
        reflections(11)
        found = row(bureau.member)
        assert (found.kind, found.title, found.when) == (Kind.OWN, "每季度一篇学习心得（第四季度）", "12月31日（周四）前")
        assert (found.action, found.url, found.state) == ("去写", f"{reverse('new_reflection')}?quarter=2026-10-01", State.LATER)
        assert (found.why, found.detail, found.is_to_do) == ("依据：方案第四部分（六）", "", True)

    def test_lead_back_to_the_draft_that_was_begun(self, bureau):
        reflections(11)
        ReflectionFactory(author=bureau.colleague)
        old = ReflectionFactory(author=bureau.member, title="放着的", saved_at=at(2026, 11, 1), meant_for=None)
        new = ReflectionFactory(author=bureau.member, title="在写的", saved_at=at(2026, 11, 24), meant_for=None)
        found = row(bureau.member)
        assert (found.action, found.url) == ("继续写", reverse("write_reflection", args=[new.pk]))
        assert found.detail == "草稿“在写的”，11月24日（周二）保存"
        Reflection.objects.filter(pk=old.pk).update(meant_for=Q4)
        assert row(bureau.member).url == reverse("write_reflection", args=[old.pk])

    def test_are_met_by_handing_in(self, bureau):
        reflections(11)
        handed_in_reflection(author=bureau.member)
        assert rows(bureau.member) == []

    def test_are_one_row_with_what_was_given_back(self, bureau):
        reflections(11)
        reviewed_reflection(author=bureau.member, by=give(bureau.clerk), is_accepted=False, note="写写怎么用。", title="读后")
        found = row(bureau.member)
        assert (found.kind, found.title, found.state, found.action) == (Kind.REFLECTION, "心得：读后", State.SENT_BACK, "去改")
        assert (found.detail, found.when) == ("意见：写写怎么用。", "11月21日（周六）退回")
        assert found.url == reverse("write_reflection", args=[Reflection.objects.get().pk])

    def test_of_the_last_quarter_stand_until_one_was_handed_in_for_it(self, bureau):
        reflections(8, 11)
        late, now = rows(bureau.member)
        assert (late.title, late.state, late.when) == ("每季度一篇学习心得（第三季度）", State.OVERDUE, "9月30日（周三）到期")
        assert (late.url[-10:], late.detail) == ("2026-07-01", "现在交也收，注明迟交")
        assert now.url[-10:] == "2026-10-01"
        handed_in_reflection(author=bureau.member, meant_for=Q3)  # counts for the fourth, answers the third
        assert rows(bureau.member) == []

    def test_of_the_last_quarter_have_their_own_draft(self, bureau):
        reflections(8, 11)
        draft = ReflectionFactory(author=bureau.member, meant_for=Q3)
        late, now = rows(bureau.member)
        assert (late.action, late.url) == ("继续写", reverse("write_reflection", args=[draft.pk]))
        assert now.action == "去写"

    def test_say_how_many_are_lacking_where_it_is_more_than_one(self, bureau):
        reflections(11, quantity=3)
        accepted_reflection(author=bureau.member, at_time=at(2026, 10, 9))
        assert row(bureau.member).detail == "还差 2 篇"


class TestBooksOwed:
    def test_lead_to_the_own_reading(self, bureau):
        books(11, audience=Audience.PARTY_MEMBERS)
        found = row(bureau.member)
        assert (found.title, found.when, found.action, found.url) == (
            "每月读一本好书（11月）",
            "11月30日（周一）前",
            "去登记",
            reverse("my_reading"),
        )
        assert found.state is State.SOON
        assert rows(bureau.other_head) == []

    def test_go_no_further_back_than_last_month(self, bureau):
        books(8, 9, 10, 11)
        assert [(one.title, one.state) for one in rows(bureau.member)] == [
            ("每月读一本好书（10月）", State.OVERDUE),
            ("每月读一本好书（11月）", State.SOON),
        ]
        assert rows(bureau.member)[0].detail == "当时读完的可以补登"
        ReadingEntryFactory(staff=bureau.member, finished_on=datetime.date(2026, 10, 31), recorded_on=TODAY)
        assert [one.title for one in rows(bureau.member)] == ["每月读一本好书（11月）"]


class TestOthersOwed:
    def test_lead_where_notes_are_written(self, bureau):
        owed("学习笔记", "reading.note", 11)
        assert (row(bureau.member).action, row(bureau.member).url) == ("记一条", reverse("new_study_note"))

    def test_have_no_button_where_no_screen_does_it(self, bureau):
        owed("参加学习", "programme.attendance", 11)
        found = row(bureau.member)
        assert (found.action, found.url, found.detail) == ("", "", "完成后自动记入，不用登记")


def give(person):
    give_right(person, "review_reflections")
    return person


class TestReviews:
    def test_wait_for_reviewers_the_own_first(self, bureau):
        give(bureau.clerk)
        unclaimed = handed_in_reflection(author=bureau.member, title="没人的", now=at(2026, 11, 10))
        mine = handed_in_reflection(author=bureau.colleague, title="我的")
        mine.reviewer, mine.claimed_at = bureau.clerk.user, NOW
        mine.save()
        first, second = rows(bureau.clerk)
        assert (first.title, first.detail, first.state, first.why) == (
            "陶思远的心得",
            "没人的",
            State.OVERDUE,
            "11月10日（周二）提交，还没有人认领",
        )
        assert (second.title, second.state, second.action) == ("赵一鸣的心得", State.TO_REVIEW, "评阅")
        assert second.when == "11月27日（周五）前"
        assert first.url == reverse("review_reflection", args=[unclaimed.pk])
        assert rows(bureau.head) == []

    def test_are_few_with_the_number_of_the_rest(self, bureau):
        give(bureau.clerk)
        for _ in range(FEW + 3):
            handed_in_reflection(author=bureau.member)
        found = rows(bureau.clerk)
        assert len(found) == FEW + 1
        assert found[-1].title == "另有 3 篇心得待评阅"


class TestJudgings:
    def test_wait_for_their_judges(self, bureau):
        judging = JudgingFactory(state="open", opened_at=at(2026, 11, 22), judged_by=[bureau.other_head])
        Entry.objects.create(judging=judging, reflection=accepted_reflection(author=bureau.member), number=1)
        found = row(bureau.other_head)
        assert (found.title, found.detail, found.when) == ("第四季度读书心得展评评分", "还有 1 篇没有评", "12月10日（周四）前")
        assert (found.state, found.action, found.url) == (State.TO_JUDGE, "评分", reverse("judging", args=[judging.pk]))
        judging.due_on = None
        judging.save()
        assert row(bureau.other_head).when == "请尽早"
        judging.due_on = datetime.date(2026, 11, 24)
        judging.save()
        assert row(bureau.other_head).state is State.OVERDUE


class TestDrafts:
    def test_that_nothing_is_owed_for_are_no_row(self, bureau):
        ReflectionFactory(author=bureau.member)
        assert rows(bureau.member) == []
