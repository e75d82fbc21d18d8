"""New articles and placements as rows ready to be written, and what is made from them afterwards."""

import datetime
import uuid
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from django.db.models import Count, Max

from cms.imports.bulk import Keys
from cms.imports.kinds import Plan
from cms.imports.written import seal

from ...organisation.models import Department, Posting, StaffMember
from ..choices import Step
from ..models import ArticleAuthor, ArticleDepartment, ArticleStep, MediaArticle, Placement
from ..same_story import index_missing
from ..services.scoring import rescore

ARTICLE, PLACEMENT = "learning.mediaarticle", "learning.placement"
NAME = ArticleStep._meta.get_field("by_name").max_length
STEP, OUTLET = "learning.articlestep", "learning.outlet"
SEALED: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        STEP: (),  # nobody edits one
        OUTLET: ("name", "medium"),
        ARTICLE: ("title", "written_on", "genre", "topic", "is_reprint", "state", "reason", "submitted_on", "moved_at", "saved_at", "version"),
        PLACEMENT: (
            "article_id", "outlet_id", "title", "published_on", "level", "medium", "weight_class", "page", "position", "length", "has_picture",
            "is_reprint", "url", "text", "is_scored", "confirmed_at",
        ),
    }
)  # fmt: skip
# They come with the article or are made from it; whoever changes them changes the article's `version` or `moved_at`, too.
PARTS = frozenset(
    f"learning.{name}"
    for name in ("outletgrade", "articledepartment", "articleauthor", "articlestep", "articleprint", "scoreline", "scoreshare")
)
CHUNK = 500


def counts_and_newest(*models) -> tuple:
    """Of each table how many rows it has and its newest key: equal as long as none has come or gone. One statement each."""
    return tuple(tuple(model.objects.order_by().aggregate(count=Count("pk"), newest=Max("pk")).values()) for model in models)


TABLES = (MediaArticle, Placement, StaffMember, Posting, Department)


def plan_articles(plan: Plan, rows: list[tuple[int, dict]], *, by, now: datetime.datetime) -> dict[int, int]:
    """Adds the new articles of (row number, facts) to the plan, with all that belongs to them; row number → key.

    Facts: title, written_on, submitted_on (ISO, or empty), genre, topic, is_reprint, state, reason, live, departments (keys in order),
    authors ([name, staff, department] in order), note.
    """
    keys = Keys(MediaArticle, len(rows))
    made = dict(zip((number for number, _facts in rows), keys.given, strict=True))
    named = [(made[number], facts) for number, facts in rows]
    names = ("title", "written_on", "genre", "topic", "is_reprint", "state", "reason", "submitted_on", "live")

    def articles():
        for number, facts in rows:
            values = [facts[name] for name in names]
            for at in (1, 7):
                values[at] = datetime.date.fromisoformat(values[at]) if values[at] else None
            plan.note(number, (ARTICLE, made[number], seal((*values[:-1], now, now, 1))))
            yield made[number], uuid.uuid4(), *values

    office = by.pk if by else None
    stamps = {"moved_at": now, "saved_at": now, "created_at": now, "created_by_id": office}
    plan.insert(MediaArticle, ("id", "token", *names), articles(), keys=keys, **stamps)
    departments = ((key, place, at) for key, facts in named for at, place in enumerate(facts["departments"]))
    plan.insert(ArticleDepartment, ("article_id", "department_id", "sort_order"), departments)
    authors = ((key, *author, at) for key, facts in named for at, author in enumerate(facts["authors"]))
    plan.insert(ArticleAuthor, ("article_id", "name", "staff_id", "department_id", "sort_order"), authors)
    steps = ((key, facts["state"], facts["reason"], facts["note"]) for key, facts in named)
    plan.insert(ArticleStep, ("article_id", "state", "reason", "note"), steps, step=Step.REGISTER.value, **actor(by, now))
    return made


def actor(by, now: datetime.datetime) -> dict:
    return {"at": now, "by_id": by.pk if by else None, "by_name": (by.get_full_name() if by else "")[:NAME]}


def follow_placements(written: Iterable[tuple[int, dict]], now: datetime.datetime) -> None:
    """Scores and fingerprints of the articles that these records are or are of."""
    records = [record for _number, record in written]
    articles = {record["pk"] for record in records if record["model"] == ARTICLE}
    for chunk in _chunks([record["pk"] for record in records if record["model"] == PLACEMENT]):
        articles |= set(Placement.objects.filter(pk__in=chunk).values_list("article", flat=True))
    index_missing(articles)
    rescore(articles, now=now)


def rescore_left(articles: Iterable[int], now: datetime.datetime) -> None:
    """Those of `articles` that are still there. In one go: whoever has settled a cap may not ask for another article's row any more."""
    rescore(articles, now=now)


def _chunks(items: list) -> Iterable[list]:
    return (items[begin : begin + CHUNK] for begin in range(0, len(items), CHUNK))
