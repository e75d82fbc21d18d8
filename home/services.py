"""The first day of a site of one's own: what has to stand before anybody can review, publish or read."""

import structlog
from django.core.exceptions import ValidationError
from django.db import transaction
from wagtail.models import Page, Site

from cms.core.models import SiteIdentity
from cms.core.services import add_page
from cms.core.slugs import free_slug
from cms.review.services import ensure_workflow
from cms.users.roles import ensure_groups
from learning.models import ColumnPage
from learning.reading.services.room import open_room

from .models import HomePage

logger = structlog.get_logger(__name__)


class SiteRefusedError(Exception):
    """The site cannot be begun; the message is Chinese and says what to do."""


@transaction.atomic
def begin_site(*, host: str, name: str = "", bureau: str = "", columns: tuple[str, ...] = ()) -> tuple[HomePage, list[ColumnPage]]:
    """Groups, reviews, the home page of `host`, the reading room and `columns` in the menu; returns the home page and the columns that were new.

    Run again, it adds the columns that are not there yet and changes nothing else but the host. Published past the review on
    purpose: four people cannot have accounts before the site stands. Raises SiteRefusedError.
    """
    ensure_groups()
    ensure_workflow()
    home = HomePage.objects.first() or _add_home()
    site = Site.objects.filter(is_default_site=True).first() or Site(is_default_site=True)
    site.hostname, site.port, site.root_page = host.strip().lower(), 443, home
    try:
        site.full_clean()
    except ValidationError as error:
        raise SiteRefusedError(f"域名“{host}”不能用：{''.join(error.messages)}") from error
    site.save()
    identity, is_new = SiteIdentity.objects.get_or_create(site=site)
    if is_new or not identity.bureau_name:
        identity.site_name, identity.bureau_name = name or identity.site_name, bureau
        identity.save()
    added = [
        add_page(parent=home, page=ColumnPage(title=title, slug=free_slug(title, parent=home), show_in_menus=True), publish=True)
        for title in columns
        if not ColumnPage.objects.child_of(home).filter(title=title).exists()
    ]
    open_room(parent=home)
    logger.info("site_begun", host=site.hostname, columns=len(added))
    return home, added


def _add_home() -> HomePage:
    root = Page.get_first_root_node()
    for welcome in root.get_children().filter(slug="home"):
        if welcome.specific_class is not Page:
            raise SiteRefusedError("网站里已有别的首页，没有改动。")
        welcome.delete()  # the page that Wagtail's first migration leaves
    return add_page(parent=Page.get_first_root_node(), page=HomePage(title="首页", slug="home"), publish=True)
