"""RSS of a column or of the whole site: what anybody may read, newest first."""

from django.contrib.auth.models import AnonymousUser
from django.contrib.syndication.views import Feed
from django.shortcuts import get_object_or_404
from django.utils.feedgenerator import Rss201rev2Feed
from wagtail.models import Site

from cms.core.visibility import visible_pages

from .models import ArticlePage, ColumnPage

ITEMS = 30


class ArticleFeed(Feed):
    feed_type = Rss201rev2Feed
    language = "zh-CN"

    def get_object(self, request, page_id=None):
        anybody = AnonymousUser()
        if page_id is None:
            page = get_object_or_404(visible_pages(anybody), pk=Site.find_for_request(request).root_page_id)
        else:
            page = get_object_or_404(ColumnPage.objects.visible_to(anybody), id=page_id)
        return page

    def title(self, page):
        return page.title

    def description(self, page):
        return getattr(page, "intro", "") or page.search_description or page.title

    def link(self, page):
        return page.url

    def items(self, page):
        return ArticlePage.objects.visible_to(AnonymousUser()).in_column(page).newest_first()[:ITEMS]

    def item_title(self, item):
        return item.title

    def item_description(self, item):
        return item.summary

    def item_link(self, item):
        return item.url

    def item_pubdate(self, item):
        return item.shown_at

    def item_guid(self, item):
        return f"page-{item.pk}"

    item_guid_is_permalink = False

    def item_author_name(self, item):
        return item.source or None
