"""The list of a column: by date, pinned first, filtered by area, year, department and source, in pages of twenty."""

import datetime
from dataclasses import dataclass

import django_filters
from django.core.paginator import Page as PaginatedPage
from django.core.paginator import Paginator
from django.db.models.functions import ExtractYear

from ..topics.areas import ContentArea

PER_PAGE = 20


class ArticleFilter(django_filters.FilterSet):
    """Filters that live in the address; the choices are what the column really holds."""

    area = django_filters.ChoiceFilter(label="内容领域", choices=ContentArea.choices, empty_label="全部领域")
    year = django_filters.ChoiceFilter(label="年份", field_name="shown_at", lookup_expr="year", empty_label="全部年份")
    department = django_filters.ChoiceFilter(label="发布科室", field_name="department_id", empty_label="全部科室")
    source = django_filters.ChoiceFilter(label="信息来源", empty_label="全部来源")

    def __init__(self, data, *, queryset, choices):
        super().__init__(data, queryset=queryset)
        for name, values in choices.items():
            self.filters[name].extra["choices"] = values

    @property
    def is_narrowed(self) -> bool:
        return any(self.data.get(name) for name in self.filters)


@dataclass(frozen=True)
class ColumnListing:
    filter: ArticleFilter
    articles: PaginatedPage
    columns: list  # the columns below this one
    query: str  # the filters as they stand in the address, for links to other pages of the list

    @property
    def is_narrowed(self):
        return self.filter.is_narrowed

    @property
    def page_numbers(self):
        return self.articles.paginator.get_elided_page_range(self.articles.number, on_each_side=2, on_ends=1)

    @property
    def gap(self):
        return self.articles.paginator.ELLIPSIS


def choices_of(articles) -> dict[str, list]:
    """The years, departments and sources that occur among `articles`, in one statement."""
    rows = (
        articles.order_by()
        .annotate(year=ExtractYear("shown_at"))
        .values_list("year", "department_id", "department__name", "department__position", "source")
        .distinct()
    )
    years, departments, sources = set(), {}, set()
    for year, department, name, position, source in rows:
        years.add(year)
        if department:
            departments[department] = (position, name)
        if source:
            sources.add(source)
    return {
        "year": [(str(year), f"{year} 年") for year in sorted(filter(None, years), reverse=True)],
        "department": [(str(pk), name) for pk, (_position, name) in sorted(departments.items(), key=lambda item: item[1])],
        "source": [(source, source) for source in sorted(sources)],
    }


def list_articles(articles, *, columns, parameters, today: datetime.date) -> ColumnListing:
    """One page of `articles`. `parameters` is the address's query (a QueryDict); wrong values in it filter nothing."""
    filtered = ArticleFilter(parameters, queryset=articles, choices=choices_of(articles))
    paginator = Paginator(filtered.qs.pinned_first(today).select_related("department"), PER_PAGE)
    query = parameters.copy()
    query.pop("page", None)
    return ColumnListing(
        filter=filtered, articles=paginator.get_page(parameters.get("page")), columns=list(columns), query=query.urlencode()
    )
