"""「同一篇？」: the articles that tell the story of a text under whatever title.

By the sample of 8-grams that two texts share, stock sentences aside, and by the likeness of titles where a text is missing or was written
anew. What stands in several articles of those weeks (the formula sentences of official prose) says nothing and is left out; bigrams of titles
weigh the less the more titles have them. Eight statements, however many articles there are; only those within `DAYS` are looked at.

Measured on PostgreSQL with 10,000 articles of a year (a million numbers), on two cores shared with seven other test runs: a look-up by a text
of 600 characters 0.7 s, by a title 0.3 s (3,300 titles of those days); to index all of them anew 2 minutes.
"""

import datetime
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import log

from django.db import transaction
from django.db.models import Count, Prefetch, Q

from ..fingerprints import fingerprints, plain
from .choices import ArticleState
from .models import ArticleDepartment, ArticlePrint, MediaArticle, Placement

DAYS = 60
MOST = 4  # offered
MOST_NUMBERS = 500  # asked for of one text: 4,000 characters; of a longer one those numbers that are lowest
MOST_KEPT = 4_000  # of one article: body and published texts together
RARE = 3  # articles of those days: a story is one article, so what stands in more of them is a stock phrase
LEAST_SHARED = 2  # numbers
ENOUGH = 12  # numbers of a text from which on sharing nothing means something
OFFERED_TEXT, LIKELY_TEXT = 0.2, 0.5  # of the shorter text
OFFERED_TITLE, SAME_TITLE = 0.5, 0.9
TITLE_WEIGHT = 0.6  # a title says less than a text
NEAR = 10  # days: the same title later than that is next month's event
OTHER_NUMBER = 0.7  # what is left of the likeness of titles with different numbers in them
NUMBER = re.compile(r"\d{1,9}|第[一二三四五六七八九十百]{1,4}")
SENTENCES = re.compile(r"[^。！？；\n]{1,400}[。！？；]?")
# What any meeting is reported with: two pieces that share it need not tell the same story, above all where few pieces are there to show it.
STOCK = re.compile(
    "政治站位|深入学习贯彻|学习贯彻习近平|党的二十大|党的二十届|两个确立|四个意识|两个维护|统一到.{0,20}(?:上来|部署)|统一思想|凝聚共识|压实责任|狠抓落实|抓实抓细|"
    "高质量发展|(?:作|做)出.{0,8}贡献|贡献.{0,6}力量|取得.{0,12}成效|出席会议|参加会议|主持会议|列席会议|会议(?:强调|要求|指出)|下一步.{0,12}将|"
    "奠定.{0,10}基础|提供.{0,10}(?:保障|支撑)|进一步(?:增强|提升|提高)了"
)
LEAST_TOLD = 30  # characters that are left without stock sentences; of a text with fewer all of it is taken
BETWEEN_TITLES = "：:|｜_—"
BATCH = 200


@dataclass(frozen=True, slots=True)
class EarlierPlacement:
    outlet: str
    title: str
    published_on: datetime.date


@dataclass(frozen=True, slots=True)
class Alike:
    """`score` between 0 and 1; `is_likely` where one would be surprised if it were another story; `why` in Chinese."""

    pk: int
    title: str
    state: str
    state_label: str
    written_on: datetime.date
    departments: tuple[str, ...]
    placements: tuple[EarlierPlacement, ...]
    score: float
    is_likely: bool
    why: str


@dataclass(frozen=True, slots=True)
class _Found:
    pk: int
    score: float
    is_likely: bool
    why: str
    distance: int


def alike(*, title: str, text: str, day: datetime.date, exclude: int | None = None) -> list[Alike]:
    """At most four, best first. Drafts are nobody's but their authors' and are not offered."""
    first, last = _days_around(day)
    window = _in_window(first, last, exclude)
    titles = _titles(window, first, last, day)
    if not titles:
        return []
    shared, numbers = _shared(telling(text[:50_000]), window)
    title_scores = _title_scores(title, titles)
    near = [pk for pk, score in title_scores.items() if score >= OFFERED_TITLE]
    looked_at = sorted(near, key=lambda pk: -title_scores[pk])[:20] + sorted(shared, key=lambda pk: -shared[pk])[:20]
    sizes = _sizes(looked_at)
    found = [
        one
        for pk in dict.fromkeys(looked_at)
        if (
            one := _judged(
                pk,
                shared=shared.get(pk, 0),
                own=len(numbers),
                other=sizes.get(pk, 0),
                title=title_scores.get(pk, 0.0),
                distance=titles[pk].distance,
            )
        )
    ]
    return _described(sorted(found, key=lambda one: (-one.score, one.distance, one.pk))[:MOST])


def telling(text: str) -> str:
    """The plain text without the sentences that stand in any report."""
    told = plain("".join(part for part in SENTENCES.findall(text) if not STOCK.search(part)))
    return told if len(told) >= LEAST_TOLD else plain(text)


@transaction.atomic
def index_article(article: MediaArticle) -> None:
    """Keep the sample of the article's body and of all its published texts, in place of what was kept before."""
    _index([article.pk])


def index_missing(article_ids: Iterable[int] | None = None) -> int:
    """Keep the samples of those articles (of all by default) that have none; returns how many have one now. Safe to run again."""
    missing = MediaArticle.objects.filter(prints=None).filter(~Q(body="") | ~Q(placements__text="")).order_by("pk")
    if article_ids is not None:
        article_ids, done = sorted(set(article_ids)), 0
        for begin in range(0, len(article_ids), BATCH):
            keys = missing.filter(pk__in=article_ids[begin : begin + BATCH]).values_list("pk", flat=True)
            done += _index(sorted(set(keys)))
        return done
    done = last = 0
    while keys := sorted(set(missing.filter(pk__gt=last).values_list("pk", flat=True)[:BATCH])):
        done += _index(keys)
        last = keys[-1]
    return done


@transaction.atomic
def _index(keys: Sequence[int]) -> int:
    """How many of them had something to keep. Four statements."""
    texts = defaultdict(list)
    for pk, body in MediaArticle.objects.filter(pk__in=keys).values_list("pk", "body"):
        texts[pk].append(body)
    for pk, text in Placement.objects.filter(article__in=keys).exclude(text="").order_by("pk").values_list("article", "text"):
        texts[pk].append(text)
    numbers = {pk: sorted({number for text in parts for number in fingerprints(telling(text))})[:MOST_KEPT] for pk, parts in texts.items()}
    ArticlePrint.objects.filter(article__in=keys).delete()
    # Two that index the same article at once write the same numbers.
    rows = (ArticlePrint(article_id=pk, value=number) for pk, values in numbers.items() for number in values)
    ArticlePrint.objects.bulk_create(rows, ignore_conflicts=True, batch_size=5_000)
    return sum(map(bool, numbers.values()))


# what is looked at


def _days_around(day: datetime.date) -> tuple[datetime.date, datetime.date]:
    span = datetime.timedelta(days=DAYS)
    first = day - span if day - datetime.date.min > span else datetime.date.min
    return first, day + span if datetime.date.max - day > span else datetime.date.max


def _in_window(first, last, exclude: int | None):
    placed = Placement.objects.filter(published_on__range=(first, last)).values("article")
    window = MediaArticle.objects.filter(Q(written_on__range=(first, last)) | Q(pk__in=placed)).exclude(state=ArticleState.DRAFT)
    return window.exclude(pk=exclude).order_by() if exclude else window.order_by()


@dataclass(slots=True)
class _Titles:
    titles: list[str]
    distance: int  # days to the nearest day the article was written or placed on


def _titles(window, first, last, day) -> dict[int, _Titles]:
    found = {}
    for pk, title, written_on in window.values_list("pk", "title", "written_on"):
        found[pk] = _Titles([title], abs((written_on - day).days))
    placed = Placement.objects.filter(published_on__range=(first, last))
    for pk, title, published_on in placed.order_by().values_list("article", "title", "published_on"):
        if pk in found:
            found[pk].titles.append(title)
            found[pk].distance = min(found[pk].distance, abs((published_on - day).days))
    return found


# texts


def _shared(text: str, window) -> tuple[dict[int, int], set[int]]:
    """(article → how many rare numbers it shares, the numbers that were asked for and are no stock phrases)."""
    numbers = set(sorted(fingerprints(text))[:MOST_NUMBERS])
    if not numbers:
        return {}, numbers
    prints = ArticlePrint.objects.filter(value__in=numbers, article__in=window.values("pk"))
    counts = dict(prints.values_list("value").annotate(articles=Count("article")).order_by())
    rare = [value for value, articles in counts.items() if articles <= RARE]
    shared = Counter(prints.filter(value__in=rare).values_list("article", flat=True)) if rare else Counter()
    return {pk: count for pk, count in shared.items() if count >= LEAST_SHARED}, numbers - (counts.keys() - set(rare))


def _sizes(keys: Iterable[int]) -> dict[int, int]:
    return dict(ArticlePrint.objects.filter(article__in=set(keys)).values_list("article").annotate(size=Count("pk")).order_by())


# titles


def _title_scores(title: str, titles: dict[int, _Titles]) -> dict[int, float]:
    """Likeness by bigrams, each of which weighs the less the more articles have it in a title."""
    wanted = [grams for part in _parts(title) if (grams := _bigrams(part))]
    if not wanted:
        return {}
    known = {text: _bigrams(text) for one in titles.values() for text in one.titles for text in _parts(text)}
    counts = Counter(gram for one in titles.values() for gram in {gram for text in one.titles for gram in known[plain(text)]})
    whole = len(titles) + 1
    asked = set().union(*wanted)
    weight = defaultdict(lambda: log(1 + whole), {gram: log(1 + whole / count) for gram, count in counts.items()})
    scores = {}
    for pk, one in titles.items():
        texts = {part for text in one.titles for part in _parts(text)}
        near = [known[text] for text in texts if not asked.isdisjoint(known[text])]
        score = max((_dice(mine, other, weight) for mine in wanted for other in near), default=0.0)
        scores[pk] = score * (OTHER_NUMBER if all(_other_number(title, text) for text in one.titles) else 1)
    return scores


def _other_number(title: str, other: str) -> bool:
    """第三期 and 第四期 are two stories."""
    mine, theirs = set(NUMBER.findall(title)), set(NUMBER.findall(other))
    return bool(mine and theirs) and mine.isdisjoint(theirs)


def _parts(title: str) -> list[str]:
    """The title, and what is left without what a paper puts in front: 「样报：」, 「【组图】」."""
    whole = plain(title)
    parts = {whole}
    bare = title.strip()
    if bare[:1] in "【[（(":
        bare = bare[1:].replace("】", "：", 1).replace("]", "：", 1).replace("）", "：", 1).replace(")", "：", 1)
    for mark in BETWEEN_TITLES:
        _before, found, after = bare.partition(mark)
        if found and len(rest := plain(after)) >= 6:
            parts.add(rest)
    return sorted(parts, key=len, reverse=True)


def _bigrams(text: str) -> set[str]:
    return {text[at : at + 2] for at in range(len(text) - 1)}


def _dice(mine: set[str], other: set[str], weight) -> float:
    total = sum(weight[gram] for gram in mine) + sum(weight[gram] for gram in other)
    return 2 * sum(weight[gram] for gram in mine & other) / total if total else 0.0


# the verdict


def _judged(pk: int, *, shared: int, own: int, other: int, title: float, distance: int) -> _Found | None:
    """None where it is no likely candidate. `own` and `other` are the sizes of the two samples."""
    part = min(1.0, shared / min(own, other)) if own and other else 0.0
    both_told = min(own, other) >= ENOUGH
    if part >= OFFERED_TEXT:
        likely = part >= LIKELY_TEXT and (both_told or title >= OFFERED_TITLE)
        return _Found(pk, max(part, TITLE_WEIGHT * title), likely, f"文字约有 {round(part * 100)}% 相同", distance)
    if both_told:
        # Two texts that share nothing: the same title then is a rewritten piece at best.
        return _Found(pk, TITLE_WEIGHT * title / 2, False, "标题相近，文字不同", distance) if title >= SAME_TITLE else None
    if title >= OFFERED_TITLE:
        why = "标题相同" if title >= SAME_TITLE else "标题相近"
        return _Found(pk, TITLE_WEIGHT * title, title >= SAME_TITLE and distance <= NEAR, why, distance)
    return None


def _described(found: Sequence[_Found]) -> list[Alike]:
    """Three statements."""
    departments = ArticleDepartment.objects.select_related("department").order_by("sort_order", "pk")
    placements = Placement.objects.select_related("outlet").order_by("published_on", "pk")
    articles = MediaArticle.objects.prefetch_related(Prefetch("departments", departments), Prefetch("placements", placements))
    by_key = articles.in_bulk([one.pk for one in found])
    return [
        Alike(
            pk=article.pk,
            title=article.title,
            state=article.state,
            state_label=article.get_state_display(),
            written_on=article.written_on,
            departments=tuple(str(line.department) for line in article.departments.all()),
            placements=tuple(EarlierPlacement(line.outlet.name, line.title, line.published_on) for line in article.placements.all()),
            score=one.score,
            is_likely=one.is_likely,
            why=one.why,
        )
        for one in found
        if (article := by_key.get(one.pk))
    ]
