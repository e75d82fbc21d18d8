import datetime

import pytest

from cms.inbox.models import Message
from learning.models import FileLock, FiveHavesFile, StudyPlan
from learning.portfolio.choices import PlanState
from learning.portfolio.files import LockedFileError
from learning.portfolio.services.plans import PlanError, PlanWords, decide_plan, save_plan
from learning.portfolio.services.writing import TO_FILL_IN, EntryConflictError, EntryError
from tests.factories.bureau import make_bureau
from tests.factories.organisation import DepartmentFactory, PostingFactory, StaffMemberFactory
from tests.factories.pages import make_user
from tests.factories.portfolio import FiveHavesFileFactory, StudyPlanFactory
from tests.factories.programme import at
from tests.standing import standing

NOW = at(2026, 11, 25, 9)
WORDS = PlanWords("学会起草公文。", "《某书》", "夜校就业", "季度末前交心得")


@standing()
def bureau():
    return make_bureau()


def save(person, *, words=WORDS, version=None, hands_in=False, year=2026, now=NOW, **facts):
    return save_plan(staff=person, year=year, words=words, version=version, hands_in=hands_in, by=person.user, now=now, **facts)


def decide(plan, by, *, is_approved=True, note="", version=None, now=NOW):
    return decide_plan(plan=plan, version=version or plan.version, is_approved=is_approved, note=note, by=by.user, now=now)


def subjects_of(person) -> list[str]:
    return list(Message.objects.filter(recipient=person.user).values_list("subject", flat=True))


class TestSavePlan:
    def test_keeps_a_draft_that_nobody_is_told_of(self, bureau):
        plan = save(bureau.member)
        assert (plan.state, plan.version, plan.handed_in_at, plan.books) == (PlanState.DRAFT, 1, None, "《某书》")
        assert not Message.objects.exists()
        assert save(bureau.member, version=1, words=PlanWords("另一句。")).version == 2
        assert StudyPlan.objects.get().goals == "另一句。"

    def test_hands_it_in_to_the_head(self, bureau):
        plan = save(bureau.member, hands_in=True)
        assert (plan.state, plan.handed_in_at) == (PlanState.HANDED_IN, NOW)
        assert subjects_of(bureau.head) == ["学习规划待批：陶思远（2026年）"]
        assert subjects_of(bureau.clerk) == subjects_of(bureau.member) == []

    def test_of_a_head_goes_to_the_head_above(self, bureau):
        below = DepartmentFactory(name="下属科", parent=bureau.office)
        head = StaffMemberFactory(user=make_user("xiashu"))
        PostingFactory(staff=head, department=below, is_head=True)
        save(head, hands_in=True)
        assert len(subjects_of(bureau.head)) == 1

    def test_of_whoever_has_nobody_above_goes_to_the_clerks(self, bureau):
        save(bureau.leader, hands_in=True)
        assert len(subjects_of(bureau.clerk)) == 1

    def test_saved_while_it_waits_is_taken_back_or_handed_in_anew(self, bureau):
        plan = save(bureau.member, hands_in=True)
        plan = save(bureau.member, hands_in=True, version=plan.version, words=PlanWords("改过。"), now=NOW + datetime.timedelta(days=2))
        assert (plan.state, plan.handed_in_at) == (PlanState.HANDED_IN, NOW)
        plan = save(bureau.member, version=plan.version)
        assert (plan.state, plan.handed_in_at) == (PlanState.DRAFT, None)

    def test_keeps_the_day_of_the_first_hand_in_when_it_was_given_back(self, bureau):
        plan = decide(save(bureau.member, hands_in=True), bureau.head, is_approved=False, note="太笼统")
        later = save(bureau.member, hands_in=True, version=plan.version, now=NOW + datetime.timedelta(days=3))
        assert (later.state, later.handed_in_at) == (PlanState.HANDED_IN, NOW)

    def test_of_an_approved_one_needs_a_word_of_why_and_a_new_approval(self, bureau):
        plan = decide(save(bureau.member, hands_in=True), bureau.head)
        with pytest.raises(PlanError, match="不能存成草稿"):
            save(bureau.member, version=plan.version)
        with pytest.raises(PlanError, match="为什么要改"):
            save(bureau.member, version=plan.version, hands_in=True)
        plan = save(bureau.member, version=plan.version, hands_in=True, reason="调到新岗位")
        assert (plan.state, plan.handed_in_at) == (PlanState.HANDED_IN, NOW)
        assert Message.objects.filter(recipient=bureau.head.user, text__contains="调到新岗位").count() == 1

    @pytest.mark.parametrize("version", [None, 7])
    def test_refuses_what_was_overtaken(self, bureau, version):
        save(bureau.member)
        with pytest.raises(EntryConflictError) as refused:
            save(bureau.member, version=version, words=PlanWords("另一窗口"))
        assert refused.value.stored.goals == "学会起草公文。"

    @pytest.mark.parametrize(
        ("words", "name"),
        [
            (PlanWords(""), "goals"),
            (PlanWords("长" * 601), "goals"),
            (PlanWords("好", topics="长" * 401), "topics"),
            (PlanWords(f"学会{TO_FILL_IN}"), "goals"),
        ],
    )
    def test_says_what_is_wrong(self, bureau, words, name):
        with pytest.raises(EntryError) as refused:
            save(bureau.member, words=words, hands_in=True)
        assert name in refused.value.message_dict
        assert not StudyPlan.objects.exists()

    def test_is_the_persons_own(self, bureau):
        with pytest.raises(EntryError, match="本人"):
            save_plan(staff=bureau.member, year=2026, words=WORDS, version=None, hands_in=False, by=bureau.head.user, now=NOW)

    @pytest.mark.parametrize(("year", "is_taken"), [(2024, False), (2025, True), (2026, True), (2027, True), (2028, False), (9999, False)])
    def test_is_of_a_year_that_is_being_planned_or_closed(self, bureau, year, is_taken):
        if is_taken:
            assert save(bureau.member, year=year).file.year == year
        else:
            with pytest.raises(EntryError):
                save(bureau.member, year=year)

    def test_is_refused_without_a_posting_in_the_year(self, bureau):
        newcomer = StaffMemberFactory(user=make_user("xinren"))
        PostingFactory(staff=newcomer, started_on=datetime.date(2026, 5, 1))
        with pytest.raises(EntryError, match="没有您的任职登记"):
            save(newcomer, year=2025)
        assert not FiveHavesFile.objects.filter(staff=newcomer).exists()

    def test_is_refused_once_the_year_is_locked(self, bureau):
        file = FiveHavesFileFactory(staff=bureau.member)
        FileLock.objects.create(file=file, locked_at=NOW, snapshot="{}", sha256="0" * 64)
        with pytest.raises(LockedFileError):
            save(bureau.member)
        plan = StudyPlanFactory(file=file, waiting=True)
        with pytest.raises(LockedFileError):
            decide(plan, bureau.head)


class TestDecidePlan:
    def test_approves_and_tells_the_person(self, bureau):
        plan = decide(save(bureau.member, hands_in=True), bureau.head, note="很好")
        assert (plan.state, plan.decided_by_name, plan.decision_note) == (PlanState.APPROVED, "梁静宜", "很好")
        assert subjects_of(bureau.member) == ["2026年学习规划已批准"]

    def test_gives_back_with_a_note(self, bureau):
        plan = save(bureau.member, hands_in=True)
        with pytest.raises(PlanError, match="请写明"):
            decide(plan, bureau.head, is_approved=False)
        assert decide(plan, bureau.head, is_approved=False, note="太笼统").state == PlanState.RETURNED

    @pytest.mark.parametrize("who", ["colleague", "other_head", "secretary", "leader"])
    def test_is_the_heads_or_a_clerks(self, bureau, who):
        plan = save(bureau.member, hands_in=True)
        with pytest.raises(PlanError, match="负责人"):
            decide(plan, getattr(bureau, who))
        assert decide(plan, bureau.clerk).state == PlanState.APPROVED

    def test_is_never_of_the_own_one(self, bureau):
        with pytest.raises(PlanError, match="不能批自己的"):
            decide(save(bureau.head, hands_in=True), bureau.head)
        with pytest.raises(PlanError, match="不能批自己的"):
            decide(save(bureau.clerk, hands_in=True), bureau.clerk)

    def test_refuses_what_was_overtaken_or_decided(self, bureau):
        plan = save(bureau.member, hands_in=True)
        save(bureau.member, hands_in=True, version=1, words=PlanWords("改过。"))
        with pytest.raises(PlanError, match="本人刚改过"):
            decide(plan, bureau.head, version=1)
        decide(plan, bureau.head, version=2)
        with pytest.raises(PlanError, match="不用再批"):
            decide(plan, bureau.head, version=3)
