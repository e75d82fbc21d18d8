"""What an archive keeps of an article that was used and of a report, for one of those who wrote it."""

from collections.abc import Collection

from django.db.models import Prefetch

from ..evidence import Detail, detail_of, paragraphs_of
from .choices import OutcomeKind, ResearchState
from .models import MediaArticle, Placement, ResearchOutcome, ResearchReport
from .research_page import parts_of


def adoption_details(staff_id: int, article_ids: Collection[int]) -> dict[int, Detail]:
    """Its uses that are confirmed, its text, its files and the proofs. Five statements."""
    uses = Placement.objects.confirmed().select_related("outlet").prefetch_related("proofs").order_by("published_on", "pk")
    articles = MediaArticle.objects.filter(pk__in=article_ids, authors__staff=staff_id)
    articles = articles.prefetch_related("authors", "files", Prefetch("placements", uses, to_attr="uses"))
    return {one.pk: _of_article(one) for one in articles}


def _of_article(one: MediaArticle) -> Detail:
    text = one.body or next((use.text for use in one.uses if use.text), "")
    facts = [
        ("标题", one.title),
        ("体裁", one.get_genre_display()),
        ("作者", "、".join(author.name for author in one.authors.all())),
        ("成稿日期", str(one.written_on)),
        ("报送日期", str(one.submitted_on or "")),
        *(("采用", _use(use)) for use in one.uses),
    ]
    files = [*one.files.all(), *(proof for use in one.uses for proof in use.proofs.all())]
    return detail_of(facts, paragraphs_of(text), files)


def _use(use: Placement) -> str:
    where = "，".join(filter(None, (f"{use.published_on}", f"{use.outlet}（{use.get_level_display()}）", use.page)))
    return f"{where}，{use.url}" if use.url else where


def research_details(staff_id: int, report_ids: Collection[int]) -> dict[int, Detail]:
    """The report with what came of it, and its files. Six statements."""
    reports = _handed_in(staff_id, report_ids).prefetch_related("members__staff", "visits", "files", "outcomes")
    return {one.pk: _of_report(one) for one in reports}


def research_use_details(staff_id: int, report_ids: Collection[int]) -> dict[int, Detail]:
    """Which document or measure it became, and what changed; the rest is kept with the report. Two statements."""
    converted = ResearchOutcome.objects.filter(kind=OutcomeKind.CONVERTED)
    reports = _handed_in(staff_id, report_ids).prefetch_related(Prefetch("outcomes", converted, to_attr="conversions"))
    return {
        one.pk: detail_of(
            [("调研报告", one.title), *(("文件或措施", f"{found.happened_on}，{found.receiver}") for found in one.conversions)],
            [line for found in one.conversions for line in paragraphs_of(found.change)],
        )
        for one in reports
        if one.conversions
    }


def _handed_in(staff_id: int, report_ids: Collection[int]):
    reports = ResearchReport.objects.filter(pk__in=report_ids, members__staff=staff_id, state=ResearchState.HANDED_IN)
    return reports.select_related("department")


def _of_report(one: ResearchReport) -> Detail:
    facts = [
        ("选题", one.title),
        ("年度", f"{one.year}年"),
        ("科室（单位）", one.department.name),
        ("调研组", "、".join(member.staff.name for member in one.members.all())),
        ("调研方法", one.method),
        ("访谈人数", f"{one.interviewees} 人" if one.interviewees else ""),
        *(("实地调研", _visit(visit)) for visit in one.visits.all()),
        ("提交日期", str(one.handed_in_on)),
        ("字数", f"{one.characters} 字"),
        *(("成果去向", _outcome(outcome)) for outcome in one.outcomes.all()),
    ]
    paragraphs = [text for heading, lines in parts_of(one) for text in (f"{heading}：", *lines)]
    return detail_of(facts, paragraphs, one.files.all())


def _visit(visit) -> str:
    days = f"{visit.began_on}" if visit.began_on == visit.ended_on else f"{visit.began_on} 至 {visit.ended_on}"
    return "，".join(filter(None, (days, visit.place, visit.note)))


def _outcome(outcome: ResearchOutcome) -> str:
    level = f"（{outcome.get_level_display()}）" if outcome.level else ""
    return f"{outcome.happened_on}，{outcome.get_kind_display()}{level}：{outcome.receiver}"
