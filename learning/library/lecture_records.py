"""讲座记录 from a session: what the roll and the session know is never typed again."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from wagtail.models import Page

from cms.core.services import add_page
from cms.core.slugs import free_slug

from ..articles.models import ColumnPage
from ..programme.models import Session
from ..programme.services.locking import locked
from .models import KeyPoint, Lecturer, LectureRecordPage

MAX_POINT = 200


class NoColumnError(ValidationError):
    """There is no column to put a record in; the message is Chinese and says what to do."""


def column_for_records():
    """Where the newest record stands, or else the first column of the site. Raises NoColumnError."""
    newest = LectureRecordPage.objects.order_by(F("first_published_at").desc(nulls_last=True), "-pk").first()
    column = newest.get_parent().specific if newest else ColumnPage.objects.order_by("path").first()
    if column is None:
        raise NoColumnError("网站还没有栏目，讲座记录没有地方放。请先在后台建一个栏目。")
    return column


@transaction.atomic
def begin_lecture_record(*, session: Session, by) -> LectureRecordPage:
    """The record page of `session` as a draft with everything that is known filled in; the one that is there already if there is one.

    Time, place, host, lecturers, audience and key points are the session's; the head counts are read from its roll when the page is
    shown. Raises NoColumnError.
    """
    session = locked(Session.objects.select_related("host", "recorder", "branch", "department"), session.pk)
    if known := session.lecture_records.filter(alias_of=None).order_by("pk").first():
        return known
    column = column_for_records()
    page = LectureRecordPage(
        title=session.title,
        slug=free_slug(session.title, parent=column),
        session=session,
        held_from=session.starts_at,
        held_until=session.ends_at,
        place=session.place,
        host=str(session.host or ""),
        recorder=str(session.recorder or ""),
        audience=session.audience_name,
        area=session.area,
        summary=session.agenda[:300].replace("\n", " "),
    )
    page.topics = list(session.topics.all())
    page.lecturers = [Lecturer(name=one.name, post=one.post, sort_order=order) for order, one in enumerate(session.lecturers.all())]
    page.key_points = [KeyPoint(text=point[:MAX_POINT], sort_order=order) for order, point in enumerate(session.points)]
    return add_page(parent=Page.objects.get(pk=column.pk).specific, page=page, by=by)
