"""How pages come into the tree outside the editor: imports, sample content, tests. The editor's own doors are Wagtail's."""

from django.db import transaction
from wagtail.models import BaseViewRestriction, Collection, Page, PageViewRestriction
from wagtail.signal_handlers import disable_reference_index_auto_update

STOCK_ROOT = "Root"


def name_roots() -> None:
    """Give the roots that Wagtail's migrations leave behind a Chinese name; a name that somebody has chosen stays."""
    Page.objects.filter(depth=1, title=STOCK_ROOT).update(title="全部页面", draft_title="全部页面")
    Collection.objects.filter(depth=1, name=STOCK_ROOT).update(name="全部文件")


def restrict_by_default(page):
    """Close a new page to all but signed-in staff unless its type is public or something above it is closed already.

    Wagtail asks a type for its default privacy only in the editor's "create" view; every other door has to ask here.
    """
    setting = page.get_default_privacy_setting(None)
    if setting["type"] == BaseViewRestriction.NONE:
        return None
    if PageViewRestriction.objects.filter(page__in=page.get_ancestors(inclusive=True)).exists():
        return None
    return PageViewRestriction.objects.create(page=page, restriction_type=setting["type"])


@transaction.atomic
def add_page(*, parent, page, by=None, publish=False, public=False):
    """Add `page` below `parent` with its type's default privacy and a first revision; `publish` makes it live at once.

    `by` is the user who acts, None for a command; `public` opens this one page although its type is closed.
    Publishing here passes by the review on purpose: for commands on the server, and for services that ask themselves who may (the frame
    of an exhibition). Wagtail's log keeps it.
    """
    page.live = False
    page.owner = page.owner or by
    with disable_reference_index_auto_update():  # every save that follows brings it up to date
        parent.add_child(instance=page)
    if not public:
        restrict_by_default(page)
    revision = page.save_revision(user=by, log_action=True, clean=False)  # cleaned as it came into the tree
    if publish:
        revision.publish(user=by, skip_permission_checks=True)
    page.refresh_from_db()
    return page
