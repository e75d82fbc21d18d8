"""The records of many articles and the rules as the engine takes them, in a constant number of statements."""

import datetime
from bisect import bisect_right
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from .choices import EventKind
from .models import ArticleAuthor, ArticleDepartment, CreditableEvent, MediaArticle, Placement, RuleSet, ScoreLine
from .scoring.engine import RulesOn
from .scoring.facts import Line, Record, Rules, Sharer
from .scoring.shares import parsed_weights

PLACEMENT, EVENT = "placement", "event"


@dataclass(frozen=True, slots=True)
class PersonKey:
    """Somebody of the byline; without `staff` a name that is not on the roster."""

    staff: int | None
    name: str


@dataclass(slots=True)
class ArticleFacts:
    """What the score of an article depends on. Keys of records: ("placement", pk), ("event", pk); `labels` names them for people."""

    pk: int
    is_reprint: bool
    records: list[Record] = field(default_factory=list)
    departments: list[Sharer] = field(default_factory=list)  # by the department's key
    people: list[Sharer] = field(default_factory=list)  # by PersonKey
    labels: dict[tuple[str, int], str] = field(default_factory=dict)


def facts_of(article_ids: Collection[int]) -> dict[int, ArticleFacts]:
    """Five statements, however many articles. Only what is confirmed and scored is a record."""
    rows = MediaArticle.objects.filter(pk__in=article_ids).order_by("pk").values_list("pk", "is_reprint")
    found = {pk: ArticleFacts(pk, is_reprint) for pk, is_reprint in rows}
    _add_placements(found)
    _add_events(found)
    departments = ArticleDepartment.objects.filter(article__in=found).order_by("article", "sort_order", "pk")
    for article, department, share in departments.values_list("article", "department", "share"):
        found[article].departments.append(Sharer(department, share))
    authors = ArticleAuthor.objects.filter(article__in=found).order_by("article", "sort_order", "pk")
    for article, staff, name, share in authors.values_list("article", "staff", "name", "share"):
        found[article].people.append(Sharer(PersonKey(staff, "" if staff else name), share))
    return found


def _add_placements(found: dict[int, ArticleFacts]) -> None:
    names = ("article", "pk", "published_on", "level", "medium", "weight_class", "outlet", "position", "length", "is_reprint")
    rows = Placement.objects.scored().filter(article__in=found).order_by()
    for article, pk, day, level, medium, weight_class, outlet, position, length, is_reprint, has_picture, title, place in rows.values_list(
        *names, "has_picture", "title", "outlet__name"
    ):
        facts = found[article]
        facts.labels[PLACEMENT, pk] = f"{day:%Y-%m-%d} {place}"
        facts.records.append(
            Record(
                key=(PLACEMENT, pk),
                counted_on=day,
                level=level,
                medium=medium,
                weight_class=weight_class,
                outlet=outlet,
                position=position,
                length=length,
                is_reprint=is_reprint or facts.is_reprint,
                has_picture=has_picture,
                facts=(place, title),
            )
        )


def _add_events(found: dict[int, ArticleFacts]) -> None:
    rows = CreditableEvent.objects.filter(article__in=found).order_by()
    for article, pk, kind, level, day, given_by in rows.values_list("article", "pk", "kind", "level", "happened_on", "given_by"):
        facts = found[article]
        facts.labels[EVENT, pk] = f"{day:%Y-%m-%d} {EventKind(kind).label}"
        facts.records.append(
            Record(
                key=(EVENT, pk),
                counted_on=day,
                is_event=True,
                event=kind,
                level=level,
                is_reprint=facts.is_reprint,
                facts=(kind, level, given_by),
            )
        )


def rules_from(rule_set: RuleSet) -> Rules:
    """A set with its lines (prefetched) as the engine takes it."""
    return Rules(
        key=rule_set.pk,
        name=rule_set.name,
        use=rule_set.use,
        lines=tuple(_line(rule) for rule in rule_set.rules.all()),
        dedupe=rule_set.dedupe,
        nth=Decimal(rule_set.nth_percent),
        article_cap=rule_set.article_cap,
        department_share=rule_set.department_share,
        person_share=rule_set.person_share,
        order_weights=parsed_weights(rule_set.order_weights),
        department_cap=rule_set.department_cap,
        department_cap_per=rule_set.department_cap_per,
        person_cap=rule_set.person_cap,
        person_cap_per=rule_set.person_cap_per,
    )


def _line(rule) -> Line:
    return Line(
        key=rule.pk,
        name=rule.name,
        effect=rule.effect,
        value=rule.value,
        event=rule.event,
        level=rule.level,
        medium=rule.medium,
        weight_class=rule.weight_class,
        outlet=rule.outlet_id,
        position=rule.position,
        min_length=rule.min_length,
        max_length=rule.max_length,
        originality=rule.originality,
        picture=rule.picture,
        first=rule.in_force_from,
        last=rule.in_force_until,
        use=rule.use,
    )


@dataclass(frozen=True, slots=True)
class Version:
    """Rules with the days they are in force on."""

    first: datetime.date
    last: datetime.date | None
    rules: Rules


def active_versions() -> list[Version]:
    """All that are or were in force, by their beginning; they never overlap. Two statements."""
    sets = RuleSet.objects.active().order_by("effective_from").prefetch_related("rules")
    return [Version(one.effective_from, one.effective_until, rules_from(one)) for one in sets]


def by_day(versions: Iterable[Version]) -> RulesOn:
    """What the engine asks: the rules of a day, if any."""
    versions = list(versions)
    begins = [one.first for one in versions]

    def rules_on(day: datetime.date) -> Rules | None:
        place = bisect_right(begins, day) - 1
        if place < 0:
            return None
        version = versions[place]
        return version.rules if version.last is None or day <= version.last else None

    return rules_on


def articles_with_records_from(day: datetime.date):
    """Queryset of the keys of articles that something counted or could count for on `day` or later."""
    scored = MediaArticle.objects.filter(score_lines__counted_on__gte=day).order_by().values("pk")
    return _articles(_placed(published_on__gte=day), _happened(happened_on__gte=day), scored)


def next_articles_with_records_from(day: datetime.date, *, after: int, most: int) -> list[int]:
    """The first `most` of those keys beyond `after`. Each kind of record is read along its articles: a step costs the same however many
    articles there are."""
    found: set[int] = set()
    for rows in (
        Placement.objects.scored().filter(published_on__gte=day),
        CreditableEvent.objects.filter(happened_on__gte=day),
        ScoreLine.objects.filter(counted_on__gte=day),
    ):
        keys = rows.filter(article__gt=after).order_by("article_id").values_list("article_id", flat=True)
        found.update(keys.distinct()[:most])
    return sorted(found)[:most]


def articles_with_records_between(first: datetime.date, last: datetime.date):
    """Queryset of the keys of articles that have a record on one of these days."""
    return _articles(_placed(published_on__range=(first, last)), _happened(happened_on__range=(first, last)))


def _articles(*keys):
    return MediaArticle.objects.filter(pk__in=keys[0].union(*keys[1:])).order_by("pk").values_list("pk", flat=True)


def _placed(**when):
    return Placement.objects.scored().filter(**when).order_by().values("article")


def _happened(**when):
    return CreditableEvent.objects.filter(**when).order_by().values("article")
