"""What the contributions room signs the evidence contract for."""

from django.db.models import Case, F, IntegerField, OuterRef, Subquery, Value, When
from django.db.models.functions import ExtractYear, Least

from ..evidence import EvidenceKind, Have, Subject
from ..programme.querysets import day_in_year, day_of
from .choices import BulletinKind, OutcomeKind, ResearchState
from .details import adoption_details, research_details, research_use_details
from .models import ArticleAuthor, ContributionBulletin, Placement, ResearchEntry, ResearchMember, ResearchOutcome, ResearchReport

NOBODY = Value(None, output_field=IntegerField())
ONE = Value(1)


def research_reports():
    """One per department and report, for the year of its topic: handed in after that, it came about late (R42)."""
    return (
        ResearchReport.objects.handed_in()
        .annotate(
            subject_id=F("department_id"),
            counted_on=Least("handed_in_on", day_in_year(F("year"), "-12-31")),
            happened_on=F("handed_in_on"),
            quantity=ONE,
        )
        .order_by()
    )


def best_reports():
    """Each counts for the year of its judging: closed after that, it came about late."""
    closed_on = day_of("judging__closed_at")
    return (
        ResearchEntry.objects.filter(is_best=True, judging__closed_at__isnull=False)
        .annotate(
            subject_id=NOBODY,
            counted_on=Least(closed_on, day_in_year(F("judging__year"), "-12-31")),
            happened_on=closed_on,
            quantity=ONE,
        )
        .order_by()
    )


def _published(kind: BulletinKind):
    """A bulletin counts for the last day of what it is about, once its notice can be read; published later, it came about late."""
    year = ExtractYear("period_first")
    last = day_in_year(year, "-12-31")
    if kind == BulletinKind.HALF_YEAR:
        last = Case(When(period_first__month__lte=6, then=day_in_year(year, "-06-30")), default=last)
    return (
        ContributionBulletin.objects.filter(kind=kind, page__live=True, page__first_published_at__isnull=False)
        .annotate(subject_id=NOBODY, counted_on=last, happened_on=day_of("page__first_published_at"), quantity=ONE)
        .order_by()
    )


def summaries():
    return _published(BulletinKind.HALF_YEAR)


def rankings():
    return _published(BulletinKind.RANKING)


def adoptions():
    """One per author of the roster and article that was used, however often: on the day of its first use that is confirmed."""
    uses = Placement.objects.confirmed().filter(article=OuterRef("article")).order_by("published_on", "pk")
    return (
        ArticleAuthor.objects.filter(staff__isnull=False)
        .annotate(
            subject_id=F("staff_id"),
            counted_on=Subquery(uses.values("published_on")[:1]),
            happened_on=F("counted_on"),
            quantity=ONE,
            record_id=F("article_id"),
            record_title=F("article__title"),
        )
        .filter(counted_on__isnull=False)
        .order_by()
    )


def _memberships():
    return ResearchMember.objects.filter(report__state=ResearchState.HANDED_IN).annotate(
        subject_id=F("staff_id"), quantity=ONE, record_id=F("report_id"), record_title=F("report__title")
    )


def research():
    """One per member of the team and report that was handed in (R13)."""
    counted_on = Least("report__handed_in_on", day_in_year(F("report__year"), "-12-31"))
    return _memberships().annotate(counted_on=counted_on, happened_on=F("report__handed_in_on")).order_by()


def research_uses():
    """One per member of the team and report that became a document or a measure, on the day it first did (R14)."""
    outcomes = ResearchOutcome.objects.filter(report=OuterRef("report"), kind=OutcomeKind.CONVERTED).order_by("happened_on", "pk")
    return (
        _memberships()
        .annotate(counted_on=Subquery(outcomes.values("happened_on")[:1]), happened_on=F("counted_on"))
        .filter(counted_on__isnull=False)
        .order_by()
    )


RESEARCH_REPORT, BEST_REPORT = "contributions.research_report", "contributions.best_report"
SUMMARY, RANKING = "contributions.summary", "contributions.ranking"
ADOPTION, RESEARCH, RESEARCH_USE = "contributions.adoption", "contributions.research", "contributions.research_use"
KINDS = (
    EvidenceKind(RESEARCH_REPORT, "科室调研报告", Subject.DEPARTMENT, research_reports),
    EvidenceKind(BEST_REPORT, "评出优质调研报告", Subject.ORGAN, best_reports),
    EvidenceKind(SUMMARY, "新闻宣传半年汇总", Subject.ORGAN, summaries),
    EvidenceKind(RANKING, "投稿使用情况公示", Subject.ORGAN, rankings),
    EvidenceKind(ADOPTION, "稿件被采用", Subject.STAFF, adoptions, address="media_article", details=adoption_details),
    EvidenceKind(
        RESEARCH, "参加调研形成报告", Subject.STAFF, research, have=Have.RESEARCH, address="research_report", details=research_details
    ),
    EvidenceKind(
        RESEARCH_USE,
        "调研转化为文件或措施",
        Subject.STAFF,
        research_uses,
        have=Have.APPLICATION,
        address="research_report",
        details=research_use_details,
    ),
)
