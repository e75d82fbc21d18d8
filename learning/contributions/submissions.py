"""Articles in a list: who sees which, filters that live in the address, a row of each."""

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from django import forms
from django.core.paginator import Page as PaginatedPage
from django.core.paginator import Paginator
from django.db.models import Count, Exists, Max, OuterRef, Prefetch, Q, Subquery
from django.db.models.functions import Coalesce

from ..organisation.models import Department
from .choices import REPORTED, ArticleState, Genre, Reason
from .choosing import chosen_period
from .models import ArticleAuthor, ArticleDepartment, Dispatch, MediaArticle, Placement
from .rights import ContributionRights

PER_PAGE = 20
LONGEST_SEARCH = 60  # characters
UNANSWERED = 30  # days after which a piece that was sent out is asked about
# Tone and mark go with the word; the colour never stands alone.
TONES = {
    ArticleState.DRAFT: ("", "–"),
    ArticleState.SECTION: ("", "◔"),
    ArticleState.OFFICE: ("", "◔"),
    ArticleState.SENT: ("", "◑"),
    ArticleState.ADOPTED: ("done", "●"),
    ArticleState.UNUSED: ("", "○"),
    ArticleState.RETURNED: ("late", "◐"),
}
REPORTED_ONES, STALE = "reported", "stale"
STATES = [
    ("", "全部"),
    *ArticleState.choices,
    (REPORTED_ONES, "已报送（宣传科收到过的）"),
    (STALE, f"投出满 {UNANSWERED} 天没有结果"),
]


def seen_by(rights: ContributionRights):
    """Articles that `rights` opens, a draft to its authors only: the same as `rights.may_see` of each."""
    own = _own(rights)
    handed_in = ~Q(state=ArticleState.DRAFT)
    if rights.sees_everything:
        return MediaArticle.objects.filter(own | handed_in)
    if rights.department_ids:
        from_there = ArticleDepartment.objects.filter(article=OuterRef("pk"), department__in=rights.department_ids)
        return MediaArticle.objects.filter(own | (handed_in & Exists(from_there)))
    return MediaArticle.objects.filter(own)


def own_articles(rights: ContributionRights):
    """Written or entered by the reader."""
    return MediaArticle.objects.filter(_own(rights))


def _own(rights: ContributionRights) -> Q:
    entered = Q(created_by=rights.user.pk)
    if rights.staff is None:
        return entered
    return entered | Exists(ArticleAuthor.objects.filter(article=OuterRef("pk"), staff=rights.staff))


def unanswered(articles, today: datetime.date):
    """Sent out, the last time at least `UNANSWERED` days ago, and nothing heard since."""
    last = Dispatch.objects.filter(article=OuterRef("pk")).order_by().values("article").annotate(last=Max("sent_on")).values("last")
    return (
        articles.filter(state=ArticleState.SENT)
        .alias(last_sent_on=Subquery(last))
        .filter(Q(last_sent_on__isnull=True) | Q(last_sent_on__lte=today - datetime.timedelta(days=UNANSWERED)))
    )


class ListFilter(forms.Form):
    """What is looked for. Wrong values filter nothing; `is_understood` says whether there were any."""

    state = forms.ChoiceField(label="状态", choices=STATES, required=False)
    department = forms.ModelChoiceField(label="科室（单位）", queryset=Department.objects.all(), required=False, empty_label="全部")
    person = forms.CharField(label="作者", max_length=LONGEST_SEARCH, required=False)
    since = forms.DateField(label="从", required=False, input_formats=["%Y-%m-%d"], widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label="到", required=False, input_formats=["%Y-%m-%d"], widget=forms.DateInput(attrs={"type": "date"}))
    q = forms.CharField(label="标题或正文", max_length=LONGEST_SEARCH, required=False)

    def add_prefix(self, field_name):
        """As the addresses of the room call the days of a period."""
        return {"since": "from", "until": "to"}.get(field_name, field_name)


@dataclass(frozen=True, slots=True)
class ArticleRow:
    pk: int
    title: str
    genre: str
    state: str
    state_label: str
    tone: str
    mark: str
    day: datetime.date  # handed to the office on; written on, where it has not been there
    written_on: datetime.date
    submitted_on: datetime.date | None
    moved_at: datetime.datetime
    saved_at: datetime.datetime
    departments: str
    authors: str
    placements: int
    reason: str
    note: str
    is_being_written: bool


@dataclass(frozen=True)
class ArticleList:
    filter: ListFilter
    page: PaginatedPage
    rows: list[ArticleRow]
    query: str  # the filters as they stand in the address
    note: str
    said: list[str] = field(default_factory=list)  # the filters in words, for the table to take away

    @property
    def page_numbers(self):
        return self.page.paginator.get_elided_page_range(self.page.number, on_each_side=2, on_ends=1)

    @property
    def gap(self):
        return self.page.paginator.ELLIPSIS

    @property
    def is_narrowed(self) -> bool:
        return bool(self.query)


def list_of(params, rights: ContributionRights) -> ArticleList:
    """One page. `params` is the address's query (a QueryDict). Six statements."""
    found = _found(params, rights)
    page = Paginator(_with_facts(found.articles), PER_PAGE).get_page(params.get("page"))
    return ArticleList(found.form, page, [row_of(one) for one in page], found.query, found.note, found.said)


def rows_to_take(params, rights: ContributionRights) -> tuple[Iterator[ArticleRow], list[str]]:
    """All that the list shows under its filters, and those in words."""
    found = _found(params, rights)
    return (row_of(one) for one in _with_facts(found.articles).iterator(chunk_size=500)), found.said


@dataclass(frozen=True, slots=True)
class _Found:
    form: ListFilter
    articles: object
    query: str
    note: str
    said: list[str]


def _found(params, rights: ContributionRights) -> _Found:
    given, note = _with_period(params, rights.today)
    form = ListFilter(given)
    form.is_valid()
    if form.errors:
        note = f"筛选里有认不出的（{'、'.join(str(form.fields[name].label) for name in form.errors if name in form.fields)}），已忽略。"
    chosen = {name: value for name, value in form.cleaned_data.items() if value}
    articles = _narrowed(seen_by(rights).annotate(day=Coalesce("submitted_on", "written_on")), chosen, rights.today)
    query = params.copy()
    query.pop("page", None)
    for name in [name for name, value in query.items() if not value]:
        query.pop(name)
    return _Found(form, articles.order_by("-day", "-pk"), query.urlencode(), note, _in_words(chosen))


def _with_period(params, today: datetime.date) -> tuple[Mapping[str, str], str]:
    """`?period=2026-Q1`, as other pages link here, is its days."""
    given = {name: value.replace("\x00", "") for name, value in params.items()}
    if not given.get("period") or given.get("from") or given.get("to"):
        return given, ""
    chosen = chosen_period({"period": given["period"]}, today)
    return given | {"from": chosen.first.isoformat(), "to": chosen.last.isoformat()}, chosen.note


def _narrowed(articles, chosen: dict, today: datetime.date):
    state = chosen.get("state")
    if state == REPORTED_ONES:
        articles = articles.filter(state__in=REPORTED)
    elif state == STALE:
        articles = unanswered(articles, today)
    elif state:
        articles = articles.filter(state=state)
    if department := chosen.get("department"):
        articles = articles.filter(Exists(ArticleDepartment.objects.filter(article=OuterRef("pk"), department=department)))
    if person := chosen.get("person"):
        articles = articles.filter(Exists(ArticleAuthor.objects.filter(article=OuterRef("pk"), name__contains=person)))
    if since := chosen.get("since"):
        articles = articles.filter(day__gte=since)
    if until := chosen.get("until"):
        articles = articles.filter(day__lte=until)
    for word in chosen.get("q", "").split():
        articles = articles.filter(Q(title__icontains=word) | Q(body__icontains=word))
    return articles


def _in_words(chosen: dict) -> list[str]:
    said = []
    for name, value in chosen.items():
        shown = dict(STATES)[value] if name == "state" else value
        said.append(f"{ListFilter.base_fields[name].label}：{shown}")
    return said


def with_lines(articles):
    """With authors and departments in their order. Two statements more."""
    return articles.prefetch_related(
        Prefetch("departments", ArticleDepartment.objects.select_related("department").order_by("sort_order")),
        Prefetch("authors", ArticleAuthor.objects.order_by("sort_order")),
    )


def _with_facts(articles):
    used = Placement.objects.filter(article=OuterRef("pk")).order_by().values("article").annotate(number=Count("pk")).values("number")
    return with_lines(articles.defer("body").annotate(placement_count=Coalesce(Subquery(used), 0)))


def rows_of(articles, most: int) -> list[ArticleRow]:
    """The first `most` of them. Three statements."""
    return [row_of(one) for one in _with_facts(articles.annotate(day=Coalesce("submitted_on", "written_on")))[:most]]


def row_of(article: MediaArticle) -> ArticleRow:
    tone, mark = TONES[ArticleState(article.state)]
    return ArticleRow(
        pk=article.pk,
        title=article.title,
        genre=Genre(article.genre).label,
        state=article.state,
        state_label=article.get_state_display(),
        tone=tone,
        mark=mark,
        day=article.day,
        written_on=article.written_on,
        submitted_on=article.submitted_on,
        moved_at=article.moved_at,
        saved_at=article.saved_at,
        departments="、".join(line.department.name for line in article.departments.all()),
        authors="、".join(line.name for line in article.authors.all()),
        placements=article.placement_count,
        reason=Reason(article.reason).label if article.reason else "",
        note=article.reason_note,
        is_being_written=article.is_being_written,
    )
