"""The author's word is honoured at every door at once."""

import threading

import pytest
from django.core.files.base import ContentFile
from django.db import connection, transaction
from django.urls import reverse
from wagtail.models import ModelLogEntry, Page, PageLogEntry

from cms.inbox.models import Message
from learning.articles import pdf
from learning.models import ArticlePage, ReadingReviewPage, Reflection
from learning.reading.choices import Consent
from learning.reading.services.consent import ConsentError, last_consent, restore_reflection, set_consent
from learning.reading.services.pages import is_withdrawn
from learning.reading.services.review import decide_reflection
from tests.factories.pages import make_site, make_user
from tests.factories.programme import at
from tests.factories.reading import ReflectionFactory
from tests.factories.reviews import handed_in_reflection, make_review_bureau, make_room, reviewed_reflection

NOW = at(2026, 11, 25, 9)
TITLE = "乡间小路上的灯"
TEXT = "<p>夜里进村，路灯一盏一盏亮着，方知道治理是从细处做起的。</p>"
NOBODY, STAFF, EVERYBODY = frozenset(), frozenset({"staff"}), frozenset({"staff", "anonymous"})


@pytest.fixture
def home(db):
    home = make_site()
    make_room(home)
    return home


@pytest.fixture
def bureau(home):
    return make_review_bureau()


@pytest.fixture
def accepted(bureau):
    reflection = reviewed_reflection(author=bureau.member, by=bureau.other_head, title=TITLE, html=TEXT)
    reflection.files.create(
        kind="photo", file=ContentFile(b"\x89PNG", name="a.png"), original_name="a.png", sha256="0" * 64, added_at=at(2026, 11, 1)
    )
    return reflection


@pytest.fixture
def readers(client, bureau, monkeypatch):
    """The same client, as nobody and as somebody of the staff who has nothing to do with the review."""
    monkeypatch.setattr(pdf, "render_pdf", lambda page, address: b"%PDF-1.7")
    monkeypatch.setattr(pdf, "pdf_available", lambda: True)

    def as_(reader):
        client.logout()
        if reader == "staff":
            client.force_login(bureau.secretary.user)
        return client

    return as_


def say(reflection, consent, *, by=None, reason="", now=NOW):
    return set_consent(
        reflection=Reflection.objects.get(pk=reflection.pk), consent=consent, by=by or reflection.author.user, now=now, reason=reason
    )


def is_open(client, url) -> bool:
    answer = client.get(url)
    answer.getvalue()  # a file is closed when it has been read
    return answer.status_code == 200


def doors(reflection, readers) -> dict[str, frozenset]:
    """Door → through it who sees the reflection."""
    page = ReadingReviewPage.objects.get(pk=reflection.page_id)
    seen: dict[str, set] = {}
    for reader in ("anonymous", "staff"):
        client = readers(reader)
        photo = reverse("reflection_file", args=[reflection.pk, reflection.files.get().pk])
        answers = {
            "page": is_open(client, page.url),
            "pdf": is_open(client, reverse("article_pdf", args=[page.pk])),
            "photograph": is_open(client, photo),
            "search": TITLE in client.get("/search/", {"q": "路灯"}).content.decode(),
            "search by the author": TITLE in client.get("/search/", {"q": "陶思远"}).content.decode(),
        }
        if reader == "anonymous":  # these are the same for everybody
            answers["feed"] = TITLE in client.get(reverse("feed_site")).content.decode()
            answers["site map"] = page.url in client.get(reverse("sitemap")).content.decode()
        user = client.get("/search/").wsgi_request.user
        answers["lists"] = ArticlePage.objects.visible_to(user).filter(pk=page.pk).exists()
        answers["exhibition"] = Reflection.objects.exhibited_to(user).filter(pk=reflection.pk).exists()
        for door, is_passed in answers.items():
            seen.setdefault(door, set())
            if is_passed:
                seen[door].add(reader)
    return {door: frozenset(people) for door, people in seen.items()}


def expected(people, doors_there) -> dict:
    return {door: (people & {"anonymous"} if door in ("feed", "site map") else people) for door in doors_there}


class TestSetConsent:
    def test_opens_and_closes_every_door_at_once(self, accepted, readers):
        for consent, people in (
            (Consent.NONE, NOBODY),
            (Consent.PUBLIC, EVERYBODY),
            (Consent.INTERNAL, STAFF),
            (Consent.NONE, NOBODY),
            (Consent.INTERNAL, STAFF),
        ):
            say(accepted, consent)
            found = doors(accepted, readers)
            assert found == expected(people, found), consent

    def test_leaves_no_copy_at_a_front_server(self, accepted, readers):
        say(accepted, Consent.PUBLIC)
        answer = readers("anonymous").get(ReadingReviewPage.objects.get().url)
        assert {"no-store", "private"} <= set(answer.headers["Cache-Control"].split(", "))

    def test_closes_an_alias_with_what_it_stands_for(self, home, accepted, readers):
        say(accepted, Consent.PUBLIC)
        alias = ReadingReviewPage.objects.get().create_alias(parent=home, update_slug="bieming")
        for consent, people in ((Consent.PUBLIC, EVERYBODY), (Consent.INTERNAL, STAFF), (Consent.NONE, NOBODY), (Consent.INTERNAL, STAFF)):
            say(accepted, consent)
            url = Page.objects.get(pk=alias.pk).url
            assert {reader for reader in EVERYBODY if readers(reader).get(url).status_code == 200} == people, consent

    def test_shows_the_text_that_was_accepted(self, accepted):
        page = ReadingReviewPage.objects.get()
        page.title = "混进来的一稿"
        page.save_revision()
        say(accepted, Consent.PUBLIC)
        page.refresh_from_db()
        assert page.live
        assert page.title == TITLE

    def test_shows_it_also_when_old_revisions_were_cleared(self, accepted):
        ReadingReviewPage.objects.get().revisions.all().delete()
        say(accepted, Consent.INTERNAL)
        page = ReadingReviewPage.objects.get()
        assert (page.live, page.title) == (True, TITLE)

    @pytest.mark.parametrize("consent", [Consent.INTERNAL, Consent.PUBLIC])
    def test_shows_nothing_before_it_is_accepted(self, bureau, readers, consent):
        waiting = handed_in_reflection(author=bureau.member, title=TITLE, html=TEXT)
        draft = ReflectionFactory(author=bureau.member)
        for one in (waiting, draft):
            say(one, consent)
            one.refresh_from_db()
            assert one.consent == consent
        page = ReadingReviewPage.objects.get()
        assert not page.live
        assert page.view_restrictions.exists()
        assert readers("staff").get("/dushu/").status_code == 200
        assert readers("staff").get(page.url).status_code == 404

    def test_is_kept_with_its_time_and_logged(self, accepted):
        say(accepted, Consent.PUBLIC)
        accepted.refresh_from_db()
        assert accepted.consent_changed_at == NOW
        assert ModelLogEntry.objects.get(action="reading.consent").data == {"from": "none", "to": "public"}
        say(accepted, Consent.PUBLIC, now=at(2026, 11, 26))
        accepted.refresh_from_db()
        assert accepted.consent_changed_at == NOW

    def test_is_one_of_three(self, accepted):
        with pytest.raises(ConsentError, match="选一种"):
            say(accepted, "friends")


class TestSetConsentForSomebodyElse:
    def test_is_a_clerks_and_only_narrower_and_with_a_reason(self, bureau, accepted):
        say(accepted, Consent.PUBLIC)
        clerk = bureau.clerk.user
        for consent in (Consent.PUBLIC, Consent.INTERNAL):
            say(accepted, consent)
        with pytest.raises(ConsentError, match="不能改大"):
            say(accepted, Consent.PUBLIC, by=clerk, reason="展评")
        with pytest.raises(ConsentError, match="不能改大"):
            say(accepted, Consent.INTERNAL, by=clerk, reason="展评")
        with pytest.raises(ConsentError, match="写明原因"):
            say(accepted, Consent.NONE, by=clerk, reason=" ")
        for person in (bureau.other_head, bureau.colleague):
            with pytest.raises(ConsentError, match="作者本人"):
                say(accepted, Consent.NONE, by=person.user, reason="不合适")
        say(accepted, Consent.NONE, by=clerk, reason="作者已调离")
        assert not ReadingReviewPage.objects.get().live
        message = Message.objects.filter(recipient=bureau.member.user, subject__startswith="心得的展示范围").get()
        assert "作者已调离" in message.text
        assert ModelLogEntry.objects.filter(action="reading.consent").first().data["reason"] == "作者已调离"

    def test_works_for_an_author_without_an_account(self, bureau, accepted):
        say(accepted, Consent.PUBLIC)
        bureau.member.user.delete()
        say(accepted, Consent.NONE, by=bureau.clerk.user, reason="作者已调离")
        assert not ReadingReviewPage.objects.get().live


class TestIsWithdrawn:
    @pytest.fixture
    def withdrawn(self, accepted):
        """Taken off the site by somebody who may, in the admin."""
        say(accepted, Consent.PUBLIC)
        ReadingReviewPage.objects.get().unpublish(user=make_user("zhongshen", is_superuser=True))
        return Reflection.objects.get(pk=accepted.pk)

    def test_tells_the_authors_word_from_somebody_elses_act(self, accepted, withdrawn):
        assert is_withdrawn(withdrawn)
        assert withdrawn.consent == Consent.PUBLIC

    @pytest.mark.parametrize("consent", [Consent.NONE, Consent.INTERNAL, Consent.PUBLIC])
    def test_is_not_what_the_author_did(self, accepted, consent):
        for one in (Consent.PUBLIC, consent):
            say(accepted, one)
        assert not is_withdrawn(Reflection.objects.get(pk=accepted.pk))

    def test_is_not_undone_by_the_author(self, withdrawn, readers):
        for consent in (Consent.NONE, Consent.INTERNAL, Consent.PUBLIC):
            say(withdrawn, consent)
            withdrawn.refresh_from_db()
            assert withdrawn.consent == consent
            assert set(doors(withdrawn, readers).values()) == {NOBODY}
        assert is_withdrawn(Reflection.objects.get(pk=withdrawn.pk))

    def test_is_undone_by_a_clerk_as_the_author_says(self, bureau, withdrawn, readers):
        say(withdrawn, Consent.INTERNAL)
        restore_reflection(reflection=withdrawn, by=bureau.clerk.user, now=NOW)
        found = doors(withdrawn, readers)
        assert found == expected(STAFF, found)
        assert not is_withdrawn(Reflection.objects.get(pk=withdrawn.pk))

    def test_is_undone_by_nobody_else_and_never_against_the_author(self, bureau, withdrawn):
        for person in (bureau.member, bureau.other_head):
            with pytest.raises(ConsentError, match="机关党委"):
                restore_reflection(reflection=withdrawn, by=person.user, now=NOW)
        say(withdrawn, Consent.NONE)
        with pytest.raises(ConsentError, match="不公开"):
            restore_reflection(reflection=withdrawn, by=bureau.clerk.user, now=NOW)

    def test_needs_something_that_was_withdrawn(self, bureau, accepted):
        with pytest.raises(ConsentError, match="没有被撤下"):
            restore_reflection(reflection=accepted, by=bureau.clerk.user, now=NOW)

    def test_is_also_a_page_that_was_deleted(self, bureau, accepted):
        ReadingReviewPage.objects.get().delete()
        gone = Reflection.objects.get(pk=accepted.pk)
        assert is_withdrawn(gone)
        assert say(gone, Consent.PUBLIC).consent == Consent.PUBLIC
        with pytest.raises(ConsentError, match="已删除"):
            restore_reflection(reflection=gone, by=bureau.clerk.user, now=NOW)


class TestLastConsent:
    def test_is_what_was_chosen_last(self, bureau):
        assert last_consent(bureau.member) == Consent.NONE
        handed_in_reflection(author=bureau.member, consent="internal", now=at(2026, 9, 1))
        handed_in_reflection(author=bureau.member, consent="public", now=at(2026, 6, 1))
        assert last_consent(bureau.member) == Consent.INTERNAL
        assert last_consent(bureau.colleague) == Consent.NONE


def test_the_log_of_the_page_calls_it_by_its_name(accepted):
    say(accepted, Consent.PUBLIC)
    say(accepted, Consent.NONE)
    actions = set(PageLogEntry.objects.filter(page=accepted.page_id).values_list("action", flat=True))
    assert "reading.consent" in actions
    assert "wagtail.unpublish" not in actions


@pytest.mark.skipif(not connection.features.has_select_for_update, reason="nothing happens at once on SQLite")
@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    def test_taken_back_while_the_reviewer_accepts_it_is_not_shown(self):
        make_room(make_site())
        bureau = make_review_bureau()
        given = handed_in_reflection(author=bureau.member, consent=Consent.PUBLIC)

        def take_back():
            try:
                say(given, Consent.NONE)
            finally:
                connection.close()

        author = threading.Thread(target=take_back)
        with transaction.atomic():
            accept = {"round_number": 1, "is_accepted": True, "note": "", "comments": {}, "by": bureau.other_head.user, "now": NOW}
            decide_reflection(reflection=given, **accept)
            author.start()
            author.join(0.5)  # until it waits for the reviewer
        author.join(30)
        taken_back = Reflection.objects.select_related("page").get()
        assert (taken_back.state, taken_back.consent, taken_back.page.live) == ("accepted", Consent.NONE, False)
