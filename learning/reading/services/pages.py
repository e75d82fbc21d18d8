"""The page of a reflection: its text at a hand-in, and to whom it is shown. Everybody else asks the page (docs/adr/0019)."""

import secrets

from django.core.exceptions import ValidationError
from wagtail.actions.unpublish_page import UnpublishPageAction
from wagtail.models import BaseViewRestriction, Page, PageLogEntry, PageViewRestriction, Revision

from ...organisation.models import Posting
from ...periods import local_day
from ..choices import Consent, ReflectionState, Verdict
from ..models import ReadingReviewPage, ReadingRoomPage, Reflection
from ..text import body_of, passages_of

SUMMARY = 120  # characters; a line or two of a list
ACTION = "reading.consent"  # how Wagtail's log calls it when the author's word takes a page off the site
WITHDRAWAL = "wagtail.unpublish"  # and when somebody in the admin does


class NoReadingRoomError(ValidationError):
    """There is no page to hang the reflection below; the message is Chinese and says whom to ask."""


def lock_room() -> ReadingRoomPage:
    """The one room, its row held: no two children are made at once, which the tree does not bear. Raises NoReadingRoomError."""
    room = ReadingRoomPage.objects.filter(alias_of=None).first()
    if room is None:
        raise NoReadingRoomError("还没有“读书园地”，心得没有地方存放，没有提交。您写的都在，请联系机关党委建立“读书园地”后再提交。")
    Page.objects.select_for_update().get(pk=room.pk)
    room.refresh_from_db()
    return room


def department_of(reflection: Reflection):
    """Of the author's primary posting on the day of the first hand-in; None where there is none."""
    day = local_day(reflection.first_handed_in_at)
    posting = Posting.objects.on(day).primary().filter(staff=reflection.author_id).select_related("department").first()
    return posting.department if posting else None


def summary_of(html: str) -> str:
    text = "".join(passage.text for passage in passages_of(html) if not (passage.is_heading or passage.is_quotation))
    return text if len(text) <= SUMMARY else f"{text[:SUMMARY].rstrip('，。；、：')}……"


def write_page(reflection: Reflection, html: str, *, by) -> Revision:
    """`html` as a new revision of the reflection's page, which is made where there is none; never live, and closed until it is shown.

    Raises NoReadingRoomError.
    """
    room = lock_room()
    page = reflection.page or ReadingReviewPage(slug=secrets.token_hex(8), live=False, owner=by)
    page.title = page.draft_title = reflection.title
    page.author_name, page.book_name = reflection.author.name, reflection.book_name
    page.department = reflection.department
    page.area = reflection.book.area if reflection.book else ""
    page.shown_at = reflection.first_handed_in_at.replace(second=0, microsecond=0)
    page.summary, page.body = summary_of(html), body_of(html)
    if page.pk is None:
        room.add_child(instance=page)
        close_page(page, by=by)
    else:
        page.save()
    reflection.page = page
    return page.save_revision(user=by, log_action=True)


def close_page(page, *, by) -> None:
    """For signed-in people only, whatever stands above it: the room may be opened one day."""
    PageViewRestriction.objects.filter(page=page).exclude(restriction_type=BaseViewRestriction.LOGIN).delete()
    if not PageViewRestriction.objects.filter(page=page).exists():
        PageViewRestriction(page=page, restriction_type=BaseViewRestriction.LOGIN).save(user=by)


def apply_restriction(reflection: Reflection, *, by) -> None:
    """Before the page goes live: a page that is open for an instant has been open."""
    if reflection.consent == Consent.PUBLIC:
        for restriction in PageViewRestriction.objects.filter(page=reflection.page_id):
            restriction.delete(user=by)
    else:
        close_page(reflection.page, by=by)


def show_by_consent(reflection: Reflection, *, by) -> None:
    """Make the page of an accepted reflection visible to exactly those whom its author lets see it."""
    page = reflection.page
    apply_restriction(reflection, by=by)
    if reflection.consent == Consent.NONE:
        if page.live:
            UnpublishPageAction(page, user=by, log_action=ACTION).execute(skip_permission_checks=True)
    elif not page.live:
        accepted_revision(reflection, by=by).publish(user=by, skip_permission_checks=True)
    page.refresh_from_db()


def accepted_revision(reflection: Reflection, *, by) -> Revision:
    """The very text that was accepted; Wagtail's command that clears old revisions may have taken it, the page's fields still hold it."""
    accepted = reflection.rounds.filter(verdict=Verdict.ACCEPTED).order_by("-number").select_related("revision").first()
    revision = accepted and accepted.revision
    return revision or reflection.page.save_revision(user=by)


def is_withdrawn(reflection: Reflection) -> bool:
    """Whether somebody with the right to do so took the accepted reflection off the site, against or without its author's word.

    The page cannot tell: the author may have said 不公开 since. Wagtail's log can.
    """
    if reflection.state != ReflectionState.ACCEPTED:
        return False
    page = reflection.page
    if page is None:
        return True
    if page.live:
        return False
    comings_and_goings = PageLogEntry.objects.filter(page=page.pk, action__in=("wagtail.publish", WITHDRAWAL, ACTION))
    return comings_and_goings.order_by("-pk").values_list("action", flat=True).first() == WITHDRAWAL
