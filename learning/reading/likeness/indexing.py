"""What is handed in or published is kept to be compared with: its plain text and the sample of its 8-grams."""

import datetime
from collections.abc import Callable, Iterable

from django.db import transaction
from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from wagtail.models import Page

from ...articles.models import ArticlePage
from ...fingerprints import GRAM, fingerprints, of_source, plain
from ..choices import HANDED_IN
from ..models import ComparedText, Fingerprint, Reflection, ReviewRound
from ..text import passages_of

BATCH = 200  # keys read at a time; each text is a transaction of its own


@transaction.atomic
def index_reflection(*, reflection: Reflection, html: str, now: datetime.datetime) -> ComparedText | None:
    """Keep cleaned `html`, as handed in, in place of what was kept of `reflection` before; a text too short to compare is not kept."""
    Reflection.objects.select_for_update(of=("self",)).get(pk=reflection.pk)
    return _keep({"reflection_id": reflection.pk}, plain("".join(passage.text for passage in passages_of(html))), now=now)


@transaction.atomic
def index_page(*, page: Page, now: datetime.datetime) -> ComparedText | None:
    """Keep the body of the article `page` as it stands in the database; what is no source text (any more) is dropped.

    Only what the body says is compared, not attachments or the key points of a lecture.
    """
    article = _sources().select_for_update(of=("self",)).filter(pk=page.pk).first()
    if article is None:
        drop_page(page=page)
        return None
    blocks = article.body.stream_block.get_searchable_content(article.body)
    return _keep({"page_id": page.pk}, plain("".join(filter(None, blocks))), now=now, numbered=of_source)


def drop_page(*, page: Page) -> None:
    ComparedText.objects.filter(page=page.pk).delete()


def index_missing(now: datetime.datetime, *, again: bool = False) -> str:
    """Keep every text that is missing or older than what was handed in or published since, drop what is no source text any more.

    `again`: also what was kept before `now`, for when the way of comparing has changed. Safe to run again and twice at once: each text
    is looked at again under its lock. Returns what was done, in words.
    """
    before = now if again else None
    reflections = _each(_missing_reflections(before), lambda key: _catch_up(key, before=before, now=now))
    pages = _each(_missing_pages(before), lambda key: index_page(page=Page(pk=key), now=now) is not None)
    dropped = _each(_surplus_pages(), lambda key: index_page(page=Page(pk=key), now=now) is None)
    return f"编入心得 {reflections} 篇、材料 {pages} 篇，移出材料 {dropped} 篇。"


def _keep(thing: dict[str, int], text: str, *, now, numbered: Callable[[int], int] = int) -> ComparedText | None:
    """The caller holds the lock of the thing."""
    ComparedText.objects.filter(**thing).delete()
    if len(text) < GRAM:
        return None
    kept = ComparedText.objects.create(**thing, text=text, indexed_at=now)
    Fingerprint.objects.bulk_create([Fingerprint(text=kept, value=numbered(number)) for number in sorted(fingerprints(text))])
    return kept


def _sources() -> QuerySet[ArticlePage]:
    """Live articles of every type but reflections; an alias has the text of its original."""
    return ArticlePage.objects.live().filter(readingreviewpage=None, alias_of=None)


def _outdated(changed_at: str, before: datetime.datetime | None) -> Q:
    outdated = Q(compared_text=None) | Q(compared_text__indexed_at__lt=F(changed_at))
    return outdated | Q(compared_text__indexed_at__lt=before) if before else outdated


def _missing_reflections(before: datetime.datetime | None) -> QuerySet[Reflection]:
    """Handed in, and not kept as it was handed in last; with what that was as `last_html`."""
    rounds = ReviewRound.objects.filter(reflection=OuterRef("pk")).order_by("-number")
    handed_in = Reflection.objects.filter(_outdated("handed_in_at", before), handed_in_at__isnull=False)
    return handed_in.annotate(last_html=Subquery(rounds.values("html")[:1]))


def _missing_pages(before: datetime.datetime | None) -> QuerySet[ArticlePage]:
    return _sources().filter(_outdated("last_published_at", before))


def _surplus_pages() -> QuerySet[Page]:
    return Page.objects.filter(compared_text__isnull=False).exclude(pk__in=_sources().values("pk"))


def _each(rows: QuerySet, act: Callable[[int], bool]) -> int:
    return sum(bool(act(key)) for key in _keys(rows))


def _keys(rows: QuerySet) -> Iterable[int]:
    last = 0
    while keys := list(rows.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:BATCH]):
        yield from keys
        last = keys[-1]


@transaction.atomic
def _catch_up(key: int, *, before: datetime.datetime | None, now: datetime.datetime) -> bool:
    """A reflection imported without rounds is what its record says; a text the author is writing on again is nobody's."""
    reflection = _missing_reflections(before).select_for_update(of=("self",)).filter(pk=key).first()
    if reflection is None:
        return False
    html = reflection.last_html or (reflection.html if reflection.state in HANDED_IN else "")
    return index_reflection(reflection=reflection, html=html, now=now) is not None
