"""An exhibition: a page below the room, opened and changed on the front end.

Not through the three-stage review: it is a frame around what authors have consented to and reviewers have accepted, and its own words are
a preface by those who run the programme. A change is a revision of the page like any other; Wagtail's log has who made it.
"""

import datetime

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from wagtail.models import Page

from cms.core.services import add_page
from cms.core.slugs import free_slug

from ...periods import Period
from ..models import ExhibitionPage, ReadingRoomPage


class ExhibitionError(ValidationError):
    """The exhibition cannot be opened or changed like that; the message is Chinese and says what to do."""


def title_of(quarter: Period) -> str:
    return f"{quarter}读书心得展评"


@transaction.atomic
def open_exhibition(
    *, quarter: Period, intro: str, shown_from: datetime.date | None, shown_until: datetime.date | None, by
) -> ExhibitionPage:
    """The page of `quarter`, live at once; what is to be seen on it and from when, its dates say. Raises ExhibitionError."""
    room = ReadingRoomPage.objects.first()
    if room is None:
        raise ExhibitionError("网站还没有“读书园地”页面，展评没有地方放。请先在后台首页下建一个“读书园地”。")
    if ExhibitionPage.objects.filter(quarter_first=quarter.first).exists():
        raise ExhibitionError({"quarter": f"{quarter}的展评已经建立，请修改那一个。"})
    page = ExhibitionPage(
        title=title_of(quarter),
        slug=free_slug(f"zhanping-{quarter.first:%Y}-q{(quarter.first.month + 2) // 3}", parent=room),
        quarter_first=quarter.first,
        intro=intro.strip(),
        shown_from=shown_from,
        shown_until=shown_until,
    )
    _check_dates(page)
    try:
        with transaction.atomic():
            return add_page(parent=Page.objects.get(pk=room.pk).specific, page=page, by=by, publish=True)
    except IntegrityError as error:
        raise ExhibitionError({"quarter": f"{quarter}的展评刚刚有人建立，请修改那一个。"}) from error


@transaction.atomic
def change_exhibition(
    *, page: ExhibitionPage, intro: str, shown_from: datetime.date | None, shown_until: datetime.date | None, by
) -> ExhibitionPage:
    """Preface and dates, live at once. What stands unpublished in a draft of the page stays there. Raises ExhibitionError."""
    page = ExhibitionPage.objects.select_for_update(of=("self",)).get(pk=page.pk)
    page.intro, page.shown_from, page.shown_until = intro.strip(), shown_from, shown_until
    _check_dates(page)
    page.save_revision(user=by, log_action=True).publish(user=by, skip_permission_checks=True)
    return ExhibitionPage.objects.get(pk=page.pk)


def _check_dates(page: ExhibitionPage) -> None:
    if page.shown_from and page.shown_until and page.shown_until < page.shown_from:
        raise ExhibitionError({"shown_until": "展出结束日期早于开始日期，请改正。"})
