"""The site map for people and the one for search engines: what anybody may read."""

from django.contrib.auth.models import AnonymousUser
from django.contrib.sitemaps import Sitemap
from django.contrib.sitemaps.views import sitemap
from django.shortcuts import render
from django.views.decorators.http import require_safe
from wagtail.models import Site

from cms.core.visibility import visible_pages

from .models import ArticlePage, ColumnPage


class PageSitemap(Sitemap):
    """Every public page of the site that asks."""

    limit = 5_000

    def __init__(self, request):
        self.request = request

    def items(self):
        root = Site.find_for_request(self.request).root_page
        return visible_pages(AnonymousUser()).descendant_of(root, inclusive=True).order_by("path")

    def location(self, page):
        return page.get_url(request=self.request)

    def lastmod(self, page):
        return page.last_published_at


@require_safe
def page_sitemap(request):
    return sitemap(request, {"pages": PageSitemap(request)})


@require_safe
def site_map(request):
    """网站地图: the columns as a tree, with how many articles each holds for this reader."""
    root = Site.find_for_request(request).root_page
    columns = list(ColumnPage.objects.visible_to(request.user).descendant_of(root).order_by("path"))
    counts = ArticlePage.objects.visible_to(request.user).count_by_column()
    rows = [{"page": column, "level": column.depth - root.depth, "count": counts.get(column.path, 0)} for column in columns]
    return render(request, "learning/articles/site_map.html", {"rows": rows})
