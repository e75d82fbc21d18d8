"""The place of the reading room in the page tree, made by command and safe to make again."""

from django.db import transaction

from cms.core.services import add_page

from ..models import ReadingRoomPage
from .workflow import ensure_workflow

TITLE, SLUG = "读书园地", "dushuyuandi"


@transaction.atomic
def open_room(*, parent, by=None) -> ReadingRoomPage:
    """The one reading room, below `parent` where there is none yet, with the review of its reflections.

    Published past the review like the home page: it is a frame, and four people cannot have accounts before the site stands.
    """
    ensure_workflow()
    room = ReadingRoomPage.objects.first()
    if room is None:
        page = ReadingRoomPage(title=TITLE, slug=SLUG, intro="每月书目、读书心得、展评与阅读之星。", show_in_menus=True)
        room = add_page(parent=parent, page=page, by=by, publish=True)
    return room
