"""How the site's search sees articles: which ones, and by what they are narrowed (area, kind, year)."""

from django.contrib.contenttypes.models import ContentType
from django.db.models import Count
from django.db.models.functions import ExtractYear
from wagtail.models import Page

from cms.search.sources import Facet, SearchSource

from ..topics.areas import ContentArea
from .models import ArticlePage


def count_by_area(rows):
    sizes = dict(rows.order_by().values_list("area").annotate(number=Count("pk")))
    return [(area.value, area.label, sizes[area.value]) for area in ContentArea if sizes.get(area.value)]


def count_by_kind(rows):
    found = rows.order_by().values_list("content_type").annotate(number=Count("pk")).order_by("-number")
    kinds = []
    for pk, number in found:
        model = ContentType.objects.get_for_id(pk).model_class()
        if model:
            kinds.append((model._meta.model_name, model._meta.verbose_name, number))
    return kinds


def count_by_year(rows):
    found = rows.order_by().annotate(year=ExtractYear("shown_at")).values_list("year").annotate(number=Count("pk")).order_by("-year")
    return [(str(year), f"{year} 年", number) for year, number in found if year]


def narrow_by_kind(rows, value):
    model = next((model for model in ArticlePage.__subclasses__() if model._meta.model_name == value), None)
    return rows.filter(content_type=ContentType.objects.get_for_model(model)) if model else rows.none()


def narrow_by_year(rows, value):
    return rows.filter(shown_at__year=int(value)) if value.isdecimal() and len(value) == 4 and value > "0000" else rows.none()


def specific_articles(articles):
    """The pages as their own types, in the same order and in one statement for each type."""
    by_pk = {page.pk: page for page in Page.objects.filter(pk__in=[article.pk for article in articles]).specific()}
    return [by_pk[article.pk] for article in articles if article.pk in by_pk]


ARTICLES = SearchSource(
    rows=ArticlePage.objects.visible_to,
    newest=lambda rows: rows.newest_first(),
    specific=specific_articles,
    facets=(
        Facet("area", "内容领域", count_by_area, lambda rows, value: rows.filter(area=value)),
        Facet("kind", "类型", count_by_kind, narrow_by_kind),
        Facet("year", "年份", count_by_year, narrow_by_year),
    ),
)
