import datetime
import uuid

import pytest

from learning.models import Achievement, Application, FileLock
from learning.portfolio.files import LockedFileError
from learning.portfolio.services.entries import (
    AchievementFacts,
    ApplicationWords,
    change_achievement,
    change_application,
    declare_paper_notes,
    facts_of,
    register_achievement,
    register_application,
    remove_entry,
    withdraw_paper_notes,
)
from learning.portfolio.services.writing import EntryConflictError, EntryError
from learning.portfolio.sources import choices_of, sources_of
from tests.factories.bureau import make_bureau
from tests.factories.portfolio import AchievementFactory, ApplicationFactory, FiveHavesFileFactory
from tests.factories.programme import SessionFactory, at
from tests.factories.reading import ReadingEntryFactory, StudyNoteFactory, accepted_reflection
from tests.standing import standing

NOW = at(2026, 11, 25, 9)
DAY = datetime.date(2026, 11, 20)


@standing()
def bureau():
    return make_bureau()


def words(**facts):
    return ApplicationWords(**{"happened_on": DAY, "learnt": "公文格式", "change": "退文少了", **facts})


def register(person, token=None, **facts):
    return register_application(token=token or uuid.uuid4(), staff=person, words=words(**facts), by=person.user, now=NOW)


def lock(person, year):
    file = FiveHavesFileFactory(staff=person, year=year)
    return FileLock.objects.create(file=file, locked_at=NOW, snapshot="{}", sha256="0" * 64)


class TestRegisterApplication:
    def test_links_to_an_own_record(self, bureau):
        session = SessionFactory(held=True, title="公文写作讲座", starts_at=at(2026, 10, 8), attended_by=[bureau.member])
        entry = register(bureau.member, source=f"programme.attendance:{session.pk}")
        assert (entry.source_kind, entry.source_id, entry.source_title) == ("programme.attendance", session.pk, "公文写作讲座")

    def test_refuses_another_ones_record(self, bureau):
        session = SessionFactory(held=True, starts_at=at(2026, 10, 8), attended_by=[bureau.colleague])
        for source in (f"programme.attendance:{session.pk}", "x", "reading.note:1"):
            with pytest.raises(EntryError) as refused:
                register(bureau.member, source=source)
            assert "source" in refused.value.message_dict

    def test_twice_by_the_same_form_is_one(self, bureau):
        token = uuid.uuid4()
        assert register(bureau.member, token) == register(bureau.member, token)
        with pytest.raises(EntryError, match="已经用过"):
            register(bureau.colleague, token)
        assert Application.objects.count() == 1

    @pytest.mark.parametrize(
        ("facts", "name"),
        [
            ({"learnt": ""}, "learnt"),
            ({"learnt": "长" * 301}, "learnt"),
            ({"change": ""}, "change"),
            ({"change": "长" * 1001}, "change"),
            ({"happened_on": datetime.date(2026, 11, 26)}, "happened_on"),
            ({"happened_on": datetime.date(2024, 12, 31)}, "happened_on"),
        ],
    )
    def test_says_what_is_wrong(self, bureau, facts, name):
        with pytest.raises(EntryError) as refused:
            register(bureau.member, **facts)
        assert name in refused.value.message_dict

    def test_is_the_persons_own(self, bureau):
        with pytest.raises(EntryError, match="本人"):
            register_application(token=uuid.uuid4(), staff=bureau.member, words=words(), by=bureau.head.user, now=NOW)

    def test_is_refused_in_a_locked_year(self, bureau):
        lock(bureau.member, 2025)
        with pytest.raises(LockedFileError):
            register(bureau.member, happened_on=datetime.date(2025, 12, 1))
        assert register(bureau.member)


class TestChangeApplication:
    def change(self, entry, version=1, **facts):
        return change_application(entry=entry, version=version, words=words(**facts), by=entry.staff.user, now=NOW)

    def test_keeps_the_link_though_the_record_is_gone(self, bureau):
        entry = ApplicationFactory(staff=bureau.member, source_kind="programme.attendance", source_id=77, source_title="旧讲座")
        assert self.change(entry, source="programme.attendance:77").source_title == "旧讲座"
        assert self.change(entry, version=2).source_kind == ""

    def test_refuses_what_was_overtaken(self, bureau):
        entry = ApplicationFactory(staff=bureau.member)
        assert self.change(entry, learnt="别的").version == 2
        with pytest.raises(EntryConflictError) as refused:
            self.change(entry, learnt="另一窗口")
        assert refused.value.stored.learnt == "别的"

    def test_neither_leaves_nor_enters_a_locked_year(self, bureau):
        lock(bureau.member, 2025)
        locked_in = ApplicationFactory(staff=bureau.member, happened_on=datetime.date(2025, 5, 1))
        with pytest.raises(LockedFileError):
            self.change(locked_in)
        with pytest.raises(LockedFileError):
            self.change(ApplicationFactory(staff=bureau.member), happened_on=datetime.date(2025, 5, 1))
        with pytest.raises(LockedFileError):
            remove_entry(entry=locked_in, by=bureau.member.user, now=NOW)

    def test_is_removed_by_its_writer(self, bureau):
        entry = ApplicationFactory(staff=bureau.member)
        with pytest.raises(EntryError, match="本人"):
            remove_entry(entry=entry, by=bureau.head.user, now=NOW)
        remove_entry(entry=entry, by=bureau.member.user, now=NOW)
        assert not Application.objects.exists()

    def test_that_is_gone_meanwhile_is_neither_changed_nor_removed_again(self, bureau):
        entry = register(bureau.member)
        stale = Application.objects.select_related("staff").get()
        remove_entry(entry=entry, by=bureau.member.user, now=NOW)
        with pytest.raises(EntryError, match="已经在别的窗口删去"):
            change_application(entry=stale, version=1, words=words(), by=bureau.member.user, now=NOW)
        with pytest.raises(EntryError, match="已经在别的窗口删去"):
            remove_entry(entry=stale, by=bureau.member.user, now=NOW)

    def test_that_was_moved_into_another_year_meanwhile_is_not_removed(self, bureau):
        entry = register(bureau.member)
        stale = Application.objects.select_related("staff").get()
        last_year = datetime.date(2025, 12, 1)
        change_application(entry=entry, version=1, words=words(happened_on=last_year), by=bureau.member.user, now=NOW)
        lock(bureau.member, 2025)
        with pytest.raises(EntryConflictError):
            remove_entry(entry=stale, by=bureau.member.user, now=NOW)
        assert Application.objects.exists()


class TestAchievements:
    FACTS = AchievementFacts("degree", "公共管理硕士", datetime.date(2026, 3, 1), "某大学", "professional")

    def test_are_registered_once_a_form(self, bureau):
        token = uuid.uuid4()
        facts = {"token": token, "staff": bureau.member, "facts": self.FACTS, "by": bureau.member.user, "now": NOW}
        assert register_achievement(**facts) == register_achievement(**facts)
        assert facts_of(Achievement.objects.get()) == self.FACTS

    @pytest.mark.parametrize(
        ("facts", "name"),
        [
            (AchievementFacts("degree", "", DAY), "title"),
            (AchievementFacts("degree", "长" * 101, DAY), "title"),
            (AchievementFacts("degree", "好", datetime.date(2026, 11, 26)), "started_on"),
            (AchievementFacts("degree", "好", DAY, finished_on=datetime.date(2026, 11, 19)), "finished_on"),
        ],
    )
    def test_say_what_is_wrong(self, bureau, facts, name):
        with pytest.raises(EntryError) as refused:
            register_achievement(token=uuid.uuid4(), staff=bureau.member, facts=facts, by=bureau.member.user, now=NOW)
        assert name in refused.value.message_dict

    def test_refuse_what_was_overtaken(self, bureau):
        entry = AchievementFactory(staff=bureau.member)
        with pytest.raises(EntryConflictError):
            change_achievement(entry=entry, was=None, facts=self.FACTS, by=bureau.member.user, now=NOW)
        changed = change_achievement(entry=entry, was=entry.saved_at, facts=self.FACTS, by=bureau.member.user, now=NOW)
        assert changed.area == "professional"

    def test_begun_in_a_locked_year_can_be_finished_later_and_nothing_else(self, bureau):
        lock(bureau.member, 2025)
        entry = AchievementFactory(staff=bureau.member, started_on=datetime.date(2025, 3, 1))
        stands = facts_of(entry)
        renamed = AchievementFacts("degree", "改名", stands.started_on)
        with pytest.raises(LockedFileError):
            change_achievement(entry=entry, was=entry.saved_at, facts=renamed, by=bureau.member.user, now=NOW)
        finished = AchievementFacts(stands.kind, stands.title, stands.started_on, stands.institution, stands.area, DAY)
        assert change_achievement(entry=entry, was=entry.saved_at, facts=finished, by=bureau.member.user, now=NOW).finished_on == DAY


class TestPaperNotes:
    def test_keep_the_first_day(self, bureau):
        facts = {"staff": bureau.member, "year": 2026, "by": bureau.member.user}
        declare_paper_notes(**facts, now=NOW, today=DAY)
        file = declare_paper_notes(**facts, now=NOW, today=NOW.date())
        assert file.notes_on_paper_on == DAY
        assert withdraw_paper_notes(**facts, now=NOW).notes_on_paper_on is None


class TestSources:
    def test_are_own_records_with_a_title_and_never_private(self, bureau, django_assert_num_queries):
        session = SessionFactory(held=True, title="讲座", starts_at=at(2026, 10, 8), attended_by=[bureau.member])
        last_year = accepted_reflection(author=bureau.member, title="去年的心得", at_time=at(2025, 10, 8))
        accepted_reflection(author=bureau.member, title="前年的心得", at_time=at(2024, 10, 8))
        book = ReadingEntryFactory(staff=bureau.member, finished_on=datetime.date(2026, 10, 2), book__title="某书")
        StudyNoteFactory(owner=bureau.member.user)
        ApplicationFactory(staff=bureau.member)
        with django_assert_num_queries(1):
            found = sources_of(bureau.member.pk, 2026)
        assert list(found) == [f"programme.attendance:{session.pk}", f"reading.reflection:{last_year.pk}", f"reading.log:{book.pk}"]
        assert choices_of(found)[0] == ("参加学习活动", [(f"programme.attendance:{session.pk}", "讲座（2026-10-08）")])
