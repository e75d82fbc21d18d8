import pytest
from wagtail.models import ModelLogEntry

from cms.inbox.models import Message
from learning.models import FiveHavesFile
from learning.portfolio.files import file_of
from learning.portfolio.services.confirming import ConfirmError, take_back_confirmation
from learning.portfolio.services.telling_of_files import heads_of
from tests.factories.bureau import make_bureau
from tests.factories.organisation import DepartmentFactory, PostingFactory
from tests.factories.portfolio import ApplicationFactory
from tests.factories.programme import at
from tests.learning.portfolio.kept import NOW, TODAY, YEAR, confirmed, locked, rights
from tests.standing import standing

pytestmark = pytest.mark.django_db


@standing()
def bureau():
    return make_bureau()


def taken_back(bureau, by, reason="漏了一项", person=None):
    return take_back_confirmation(staff=person or bureau.member, year=YEAR, reason=reason, rights=rights(by), now=NOW)


class TestConfirmFile:
    def test_keeps_who_and_what_was_confirmed(self, bureau):
        file = confirmed(bureau.member, bureau.head, note="  情况属实。 ")
        assert (file.confirmed_at, file.confirmed_by_name, file.confirm_note) == (NOW, bureau.head.name, "情况属实。")
        assert file.confirmed_sha256 == file_of(bureau.member, YEAR, TODAY).to_confirm

    def test_tells_the_person_and_the_log(self, bureau):
        confirmed(bureau.member, bureau.head)
        message = Message.objects.get(recipient=bureau.member.user)
        assert message.subject == "您的2026年五有档案已确认"
        assert message.url == f"/five-haves/2026/{bureau.member.pk}/"
        assert ModelLogEntry.objects.filter(action="portfolio.confirm", user=bureau.head.user).count() == 1

    def test_is_the_committees_too(self, bureau):
        assert confirmed(bureau.head, bureau.clerk).confirmed_by == bureau.clerk.user

    @pytest.mark.parametrize("who", ["member", "colleague", "other_head", "leader", "secretary"])
    def test_is_nobody_elses(self, bureau, who):
        with pytest.raises(ConfirmError):
            confirmed(bureau.member, getattr(bureau, who))
        assert not FiveHavesFile.objects.confirmed().exists()

    @pytest.mark.parametrize("who", ["head", "clerk"])
    def test_is_never_the_own_files(self, bureau, who):
        person = getattr(bureau, who)
        with pytest.raises(ConfirmError, match="自己的档案不能自己确认"):
            confirmed(person, person)

    def test_is_done_by_the_head_of_that_time(self, bureau):
        posting = bureau.member.postings.get()
        posting.ended_on = TODAY.replace(month=6, day=30)
        posting.save()
        PostingFactory(staff=bureau.member, department=bureau.other, started_on=TODAY.replace(month=7, day=1))
        with pytest.raises(ConfirmError):
            confirmed(bureau.member, bureau.head)
        assert confirmed(bureau.member, bureau.other_head)

    def test_refuses_what_was_not_shown(self, bureau):
        seen = file_of(bureau.member, YEAR, TODAY).to_confirm
        ApplicationFactory(staff=bureau.member)
        with pytest.raises(ConfirmError, match="有了变化，没有确认"):
            confirmed(bureau.member, bureau.head, seen=seen)

    def test_does_nothing_the_second_time(self, bureau):
        first = confirmed(bureau.member, bureau.head)
        second = confirmed(bureau.member, bureau.clerk, now=at(2026, 12, 31, 17))
        assert second.confirmed_at == first.confirmed_at
        assert Message.objects.filter(recipient=bureau.member.user).count() == 1

    def test_confirms_anew_what_has_changed(self, bureau):
        confirmed(bureau.member, bureau.head)
        ApplicationFactory(staff=bureau.member)
        assert file_of(bureau.member, YEAR, TODAY).is_changed
        confirmed(bureau.member, bureau.head, now=at(2026, 12, 31, 17))
        assert not file_of(bureau.member, YEAR, TODAY).is_changed
        assert Message.objects.filter(recipient=bureau.member.user).count() == 2

    @pytest.mark.parametrize("note", ["长" * 301, "\x00"])
    def test_refuses_a_note_that_cannot_be_kept(self, bureau, note):
        with pytest.raises(ConfirmError):
            confirmed(bureau.member, bureau.head, note=note)

    def test_refuses_a_locked_file(self, bureau):
        locked(bureau.member, bureau.head, bureau.clerk)
        with pytest.raises(ConfirmError, match="已经锁定"):
            confirmed(bureau.member, bureau.head)

    def test_refuses_a_file_of_nobody(self, bureau):
        bureau.member.postings.update(started_on=TODAY.replace(year=2027))
        with pytest.raises(ConfirmError):
            confirmed(bureau.member, bureau.clerk)


class TestTakeBackConfirmation:
    def test_clears_it_and_tells_the_person_why(self, bureau):
        confirmed(bureau.member, bureau.head)
        file = taken_back(bureau, bureau.head)
        file.refresh_from_db()
        assert (file.confirmed_at, file.confirmed_by, file.confirmed_sha256, file.confirm_note) == (None, None, "", "")
        assert "原因：漏了一项" in Message.objects.get(recipient=bureau.member.user, subject="您的2026年五有档案撤销了确认").text

    def test_needs_a_reason(self, bureau):
        confirmed(bureau.member, bureau.head)
        with pytest.raises(ConfirmError, match="请写明撤销的原因"):
            taken_back(bureau, bureau.head, reason="  ")

    def test_refuses_what_was_never_confirmed(self, bureau):
        with pytest.raises(ConfirmError, match="没有确认"):
            taken_back(bureau, bureau.head)

    def test_refuses_a_locked_file(self, bureau):
        locked(bureau.member, bureau.head, bureau.clerk)
        with pytest.raises(ConfirmError, match="已经锁定"):
            taken_back(bureau, bureau.head)

    def test_refuses_the_person_and_the_leader(self, bureau):
        confirmed(bureau.member, bureau.head)
        for who in (bureau.member, bureau.leader):
            with pytest.raises(ConfirmError):
                taken_back(bureau, who)


class TestHeadsOf:
    def test_climbs_to_the_next_head_above(self, bureau):
        above = DepartmentFactory(name="机关")
        bureau.office.parent = above
        bureau.office.save()
        PostingFactory(staff=bureau.leader, department=above, is_head=True, is_primary=False)
        assert heads_of(bureau.office.pk, TODAY, but=bureau.member.pk) == {bureau.head.user_id}
        assert heads_of(bureau.office.pk, TODAY, but=bureau.head.pk) == {bureau.leader.user_id}
        assert heads_of(above.pk, TODAY, but=bureau.leader.pk) == set()
        assert heads_of(None, TODAY, but=bureau.leader.pk) == set()
