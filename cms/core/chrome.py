"""What stands around every public page: the site's identity and its columns. Asked for once a minute and node, not once a page."""

from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser
from django.core.cache import cache
from django.db.models import Q
from django.utils.functional import SimpleLazyObject
from wagtail.models import Site

from .models import SiteIdentity
from .visibility import visible_pages

SECONDS = 60


@dataclass(frozen=True)
class NavigationItem:
    title: str
    url: str

    @property
    def length(self) -> str:
        """A `slice` argument: how much of an address to compare with this item's."""
        return f":{len(self.url)}"


@dataclass(frozen=True)
class Chrome:
    identity: SiteIdentity
    navigation: tuple[NavigationItem, ...]
    root_url: str
    privacy_url: str = ""
    accessibility_url: str = ""


def chrome_key(site_pk: int) -> str:
    return f"chrome.{site_pk}"


def chrome_of(site) -> Chrome:
    """Identity and public columns of `site`; a reader's own rights add nothing here, so it is the same for everybody."""
    key = chrome_key(site.pk)
    chrome = cache.get(key)
    if chrome is None:
        identity = SiteIdentity.objects.select_related(*SiteIdentity.select_related).filter(site=site).first() or SiteIdentity(site=site)
        root = site.root_page
        pages = visible_pages(AnonymousUser()).filter(
            Q(pk=root.pk) | Q(path__startswith=root.path, depth=root.depth + 1, show_in_menus=True)
        )
        items = [
            NavigationItem(page.title, page.get_url(current_site=site) or "/") for page in pages.order_by("path") if page.pk != root.pk
        ]
        chrome = Chrome(
            identity=identity,
            navigation=tuple(items),
            root_url=root.get_url(current_site=site) or "/",
            privacy_url=(identity.privacy_page and identity.privacy_page.get_url(current_site=site)) or "",
            accessibility_url=(identity.accessibility_page and identity.accessibility_page.get_url(current_site=site)) or "",
        )
        cache.set(key, chrome, SECONDS)
    return chrome


def forget_chrome() -> None:
    """After an editor's change, so that on this node at least it shows at once."""
    cache.delete_many([chrome_key(pk) for pk in Site.objects.values_list("pk", flat=True)])


def site_chrome(request):
    """Context processor: `chrome` in every template, looked up only where a template uses it."""

    def look_up():
        site = Site.find_for_request(request)
        return chrome_of(site) if site else Chrome(identity=SiteIdentity(), navigation=(), root_url="/")

    return {"chrome": SimpleLazyObject(look_up)}
