"""What the pages of placements show: the list of those a reader may see, one placement with its proofs."""

import datetime
from dataclasses import dataclass

import django_filters
from django import forms
from django.core.paginator import Page as PaginatedPage
from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef, Q
from django.http import Http404
from django.utils.http import urlencode

from ..organisation.models import Department
from .choices import REPORTED, Level, Medium
from .choosing import Chosen, chosen_period
from .models import ArticleAuthor, ArticleDepartment, MediaArticle, Outlet, Placement
from .rights import ContributionRights

PER_PAGE = 50
LONGEST_SEARCH = 60


def article_for_placing(pk: int, rights: ContributionRights) -> MediaArticle:
    """Raises Http404 for whoever may not see it."""
    article = MediaArticle.objects.filter(pk=pk).prefetch_related("departments__department", "authors", "dispatches", "files").first()
    if article is None or not rights.may_see(article):
        raise Http404
    return article


def may_register(rights: ContributionRights, article: MediaArticle) -> bool:
    """The office for whatever was handed in; its authors and the heads of its departments once the office has it."""
    if rights.is_office:
        return article.state != "draft"
    return article.state in REPORTED and (rights.wrote(article) or rights.heads(article))


def placements_seen_by(rights: ContributionRights):
    """The office, the committee and the leaders all of them; heads those of their departments; authors their own."""
    placements = Placement.objects.all()
    if rights.sees_everything:
        return placements
    own = Q(article__created_by=rights.user)
    if rights.staff:
        own |= Exists(ArticleAuthor.objects.filter(article=OuterRef("article"), staff=rights.staff))
    if rights.department_ids:
        own |= Exists(ArticleDepartment.objects.filter(article=OuterRef("article"), department__in=rights.department_ids))
    return placements.filter(own)


def placement_seen_by(rights: ContributionRights, pk: int) -> Placement:
    """With its article, proofs and people. Raises Http404."""
    related = ("outlet", "article", "entered_by", "confirmed_by")
    lines = ("article__departments__department", "article__authors", "proofs__added_by")
    found = Placement.objects.filter(pk=pk).select_related(*related).prefetch_related(*lines).first()
    if found is None or not rights.may_see(found.article):
        raise Http404
    return found


class PlacementFilter(django_filters.FilterSet):
    """Filters that live in the address; the period is chosen apart."""

    q = django_filters.CharFilter(label="标题", method="find", max_length=LONGEST_SEARCH)
    outlet = django_filters.ModelChoiceFilter(label="媒体", queryset=Outlet.objects.order_by("name"), empty_label="全部媒体")
    level = django_filters.ChoiceFilter(label="级别", choices=Level.choices, empty_label="全部级别")
    medium = django_filters.ChoiceFilter(label="类别", choices=Medium.choices, empty_label="全部类别")
    department = django_filters.ModelChoiceFilter(
        label="供稿科室（单位）", queryset=Department.objects.all(), empty_label="全部科室（单位）", method="of_department"
    )
    waiting = django_filters.ChoiceFilter(
        label="确认", choices=[("1", "待确认的"), ("0", "已确认的")], empty_label="全部", method="only_waiting"
    )

    def find(self, placements, _name, words):
        words = words.strip()
        return placements.filter(Q(title__icontains=words) | Q(article__title__icontains=words)) if words else placements

    def of_department(self, placements, _name, department):
        return placements.filter(Exists(ArticleDepartment.objects.filter(article=OuterRef("article"), department=department)))

    def only_waiting(self, placements, _name, value):
        return placements.unconfirmed() if value == "1" else placements.confirmed()

    @property
    def is_narrowed(self) -> bool:
        return any(self.data.get(name) for name in self.filters)


@dataclass(frozen=True)
class Listed:
    """One page of placements. `query` are the filters and the period as they stand in the address."""

    filter: PlacementFilter
    chosen: Chosen
    page: PaginatedPage
    query: str
    waiting: int  # of what the reader may see, whenever they were published

    @property
    def is_narrowed(self) -> bool:
        return self.filter.is_narrowed

    @property
    def form(self) -> forms.Form:
        return self.filter.form

    @property
    def kept(self) -> list[tuple[str, str]]:
        """The filters in the address, for the links that choose another period."""
        return [(name, value) for name in self.filter.filters if (value := self.filter.data.get(name))]

    @property
    def extra(self) -> str:
        return "".join(f"&{urlencode({name: value})}" for name, value in self.kept)

    @property
    def page_numbers(self):
        return self.page.paginator.get_elided_page_range(self.page.number, on_each_side=2, on_ends=1)

    @property
    def gap(self):
        return self.page.paginator.ELLIPSIS


def listed(parameters, rights: ContributionRights, *, today: datetime.date) -> Listed:
    """A constant number of statements. `parameters` is the address's query (a QueryDict); wrong values in it filter nothing."""
    chosen = chosen_period(parameters, today)
    seen = placements_seen_by(rights)
    filtered = PlacementFilter(parameters, queryset=seen.filter(published_on__range=(chosen.first, chosen.last)))
    query = parameters.copy()
    query.pop("page", None)
    page = Paginator(rows_of(filtered), PER_PAGE).get_page(parameters.get("page"))
    return Listed(filtered, chosen, page, query.urlencode(), seen.unconfirmed().count())


def rows_of(filtered: PlacementFilter):
    """The rows of the list in its order, with what it shows of them."""
    rows = filtered.qs.select_related("outlet", "article").prefetch_related("article__departments__department", "article__authors")
    return rows.defer("text", "article__body").order_by("-published_on", "-pk")
