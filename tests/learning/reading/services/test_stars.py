import datetime

import pytest
from wagtail.models import ModelLogEntry

from cms.inbox.models import Message
from learning.articles.notices import NoticeDraftError, NoticeText, draft_notice, register_notice_writer
from learning.library.drafts import write_notice
from learning.models import NoticePage, ReadingStar, StarSelection
from learning.periods import PeriodKind, period_of
from learning.reading.services.stars import (
    SAMPLE_CRITERIA,
    Choice,
    StarError,
    Terms,
    begin_selection,
    change_terms,
    decide_stars,
    draft_star_notice,
    publish_criteria,
    revoke_decision,
)
from tests.factories.bureau import make_bureau
from tests.factories.organisation import StaffMemberFactory
from tests.factories.pages import make_column, make_site
from tests.factories.programme import at
from tests.factories.reading import ReadingEntryFactory, StarSelectionFactory
from tests.standing import standing

NOW = at(2026, 12, 28, 10)
TODAY = NOW.date()
QUARTER = period_of(TODAY, PeriodKind.QUARTER)
TERMS = Terms("读三本书", places=2, min_books=1, min_reflections=0, min_exchanges=0, min_mean=None)


@standing()
def bureau():
    return make_bureau()


@pytest.fixture
def writer(monkeypatch):
    """The library's own, whether or not the site registers it."""
    monkeypatch.setattr("learning.articles.notices._writers", [write_notice])


@pytest.fixture
def selection(bureau):
    """The member and the colleague have read their book."""
    for person in (bureau.member, bureau.colleague):
        ReadingEntryFactory(staff=person, finished_on=datetime.date(2026, 11, 1))
    return StarSelectionFactory(places=2, min_books=1, min_reflections=0, min_exchanges=0)


def decide(bureau, selection, *people, note="", **facts):
    choices = [Choice(person.pk, **({"reason": "读得勤"} | facts)) for person in people]
    return decide_stars(selection=selection, choices=choices, note=note, by=bureau.clerk.user, now=NOW)


class TestCriteria:
    def test_are_written_changed_and_published_once(self, bureau):
        selection = begin_selection(quarter=QUARTER, terms=TERMS)
        assert (selection.quarter_first, selection.published_at) == (QUARTER.first, None)
        changed = change_terms(selection=selection, terms=Terms("读五本书", 3, 5, 1, 1, 80))
        published = publish_criteria(selection=changed, by=bureau.clerk.user, now=NOW)
        assert (published.criteria, published.min_books, published.published_by) == ("读五本书", 5, bureau.clerk.user)
        [entry] = ModelLogEntry.objects.filter(action="reading.publish_criteria")
        assert entry.data["criteria"] == "读五本书"
        with pytest.raises(StarError, match="不能再改"):
            change_terms(selection=published, terms=TERMS)
        with pytest.raises(StarError, match="不用再公布"):
            publish_criteria(selection=published, by=bureau.clerk.user, now=NOW)

    def test_are_one_a_quarter(self, bureau):
        begin_selection(quarter=QUARTER, terms=TERMS)
        with pytest.raises(StarError, match="已经建立"):
            begin_selection(quarter=QUARTER, terms=TERMS)

    def test_are_something(self, bureau):
        with pytest.raises(StarError, match="写明评选标准"):
            begin_selection(quarter=QUARTER, terms=Terms("  ", 1, 0, 0, 0, None))

    def test_come_with_a_sample_that_says_so(self):
        assert "示例" in SAMPLE_CRITERIA


class TestDecideStars:
    def test_keeps_numbers_and_reasons_and_tells_the_stars(self, bureau, selection):
        decide(bureau, selection, bureau.member, bureau.colleague, note="领导小组会议研究")
        ReadingEntryFactory(staff=bureau.member, finished_on=datetime.date(2026, 11, 2))
        stars = list(ReadingStar.objects.order_by("certificate_number"))
        assert [star.certificate_number for star in stars] == ["2026Q4-001", "2026Q4-002"]
        assert {(star.staff, star.department_name, star.books, star.reason) for star in stars} == {
            (bureau.member, "办公室", 1, "读得勤"),
            (bureau.colleague, "办公室", 1, "读得勤"),
        }
        selection.refresh_from_db()
        assert (selection.decided_at, selection.decided_by, selection.decision_note) == (NOW, bureau.clerk.user, "领导小组会议研究")
        told = Message.objects.filter(key__startswith=f"stars:{selection.pk}:")
        assert {message.recipient for message in told} == {bureau.member.user, bureau.colleague.user}
        [entry] = ModelLogEntry.objects.filter(action="reading.decide_stars")
        assert any("陶思远" in line for line in entry.data["stars"])

    def test_comes_after_the_criteria_and_once(self, bureau, selection):
        StarSelection.objects.update(published_at=None)
        with pytest.raises(StarError, match="先公布标准"):
            decide(bureau, selection, bureau.member)
        StarSelection.objects.update(published_at=NOW)
        decide(bureau, selection, bureau.member)
        with pytest.raises(StarError, match="已经评定"):
            decide(bureau, selection, bureau.colleague)

    def test_wants_a_reason_for_everybody(self, bureau, selection):
        with pytest.raises(StarError) as caught:
            decide(bureau, selection, bureau.member, bureau.colleague, reason=" ")
        assert set(caught.value.error_dict) == {f"reason_{bureau.member.pk}", f"reason_{bureau.colleague.pk}"}
        with pytest.raises(StarError, match="最多 200 个字"):
            decide(bureau, selection, bureau.member, reason="长" * 201)
        assert not ReadingStar.objects.exists()

    def test_takes_somebody_below_the_criteria_only_knowingly(self, bureau, selection):
        with pytest.raises(StarError, match="未达标准（读完 0 本，标准 1 本）"):
            decide(bureau, selection, bureau.head, reason="带头领读")
        decide(bureau, selection, bureau.head, reason="带头领读", is_exception=True)
        assert ReadingStar.objects.get().reason == "破格评定：带头领读"

    def test_explains_more_stars_than_places(self, bureau, selection):
        StarSelection.objects.update(places=1)
        with pytest.raises(StarError, match="为什么超出") as caught:
            decide(bureau, selection, bureau.member, bureau.colleague)
        assert set(caught.value.error_dict) == {"note"}
        assert len(decide(bureau, selection, bureau.member, bureau.colleague, note="两人并列")) == 2

    def test_is_about_people_who_are_here_each_once(self, bureau, selection):
        with pytest.raises(StarError, match="还没有选人"):
            decide(bureau, selection)
        with pytest.raises(StarError, match="选了两次"):
            decide(bureau, selection, bureau.member, bureau.member)
        with pytest.raises(StarError, match="不在职"):
            decide(bureau, selection, StaffMemberFactory())


class TestRevokeDecision:
    def test_puts_a_mistake_right_and_says_so(self, bureau, selection):
        decide(bureau, selection, bureau.member)
        revoke_decision(selection=selection, reason="选错了人", by=bureau.clerk.user, now=NOW)
        selection.refresh_from_db()
        assert (selection.decided_at, selection.stars.count()) == (None, 0)
        assert Message.objects.filter(recipient=bureau.member.user, text__contains="选错了人").count() == 1
        [entry] = ModelLogEntry.objects.filter(action="reading.revoke_stars")
        assert "陶思远" in entry.data["revoked"][0]
        [star] = decide(bureau, selection, bureau.colleague)
        assert star.certificate_number == "2026Q4-001"

    @pytest.mark.usefixtures("writer")
    def test_is_over_with_the_notice(self, bureau, selection):
        make_column(make_site(), "通知公告", "tongzhi")
        decide(bureau, selection, bureau.member)
        with pytest.raises(StarError, match="为什么撤回"):
            revoke_decision(selection=selection, reason=" ", by=bureau.clerk.user, now=NOW)
        draft_star_notice(selection=selection, days=5, contact="机关党委", by=bureau.clerk.user, today=TODAY)
        with pytest.raises(StarError, match="先在后台删除公示稿"):
            revoke_decision(selection=selection, reason="错", by=bureau.clerk.user, now=NOW)
        with pytest.raises(StarError, match="还没有评定"):
            revoke_decision(
                selection=StarSelectionFactory(quarter_first=datetime.date(2026, 7, 1)), reason="错", by=bureau.clerk.user, now=NOW
            )


@pytest.mark.usefixtures("writer")
class TestDraftStarNotice:
    def draft(self, bureau, selection, contact="机关党委 305 室"):
        return draft_star_notice(selection=selection, days=5, contact=contact, by=bureau.clerk.user, today=TODAY)

    def test_is_a_draft_that_says_everything(self, bureau, selection):
        make_column(make_site(), "通知公告", "tongzhi")
        decide(bureau, selection, bureau.member)
        page = self.draft(bureau, selection)
        page = NoticePage.objects.get(pk=page.pk)
        text = " ".join(str(block.value) for block in page.body)
        assert not page.live
        assert page.owner == bureau.clerk.user
        assert page.title == "2026年第四季度“阅读之星”名单公示"
        for said in ("2026年10月8日公布的评选标准", "1. 陶思远（办公室）：读得勤", "5 个工作日", "机关党委 305 室", "2026年12月28日"):
            assert said in text
        assert self.draft(bureau, selection).pk == page.pk

    def test_waits_for_the_decision_a_channel_and_a_column(self, bureau, selection):
        with pytest.raises(StarError, match="还没有评定"):
            self.draft(bureau, selection)
        decide(bureau, selection, bureau.member)
        with pytest.raises(StarError, match="向谁反映"):
            self.draft(bureau, selection, contact=" ")
        with pytest.raises(NoticeDraftError, match="还没有栏目"):
            self.draft(bureau, selection)


class TestDraftNotice:
    TEXT = NoticeText("标题", ["一段"], "机关党委", TODAY)

    def test_needs_a_writer(self, monkeypatch):
        monkeypatch.setattr("learning.articles.notices._writers", [])
        with pytest.raises(NoticeDraftError, match="手工新建"):
            draft_notice(self.TEXT, by=None)

    def test_has_one_writer(self, monkeypatch):
        monkeypatch.setattr("learning.articles.notices._writers", [])
        register_notice_writer(write_notice)
        register_notice_writer(write_notice)
        with pytest.raises(Exception, match="registered already"):
            register_notice_writer(print)
