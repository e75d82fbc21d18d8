"""Who is told what about the other text: the author only what the author may read anyway, the reviewer whose it is and from when."""

from dataclasses import dataclass, replace

from django.contrib.auth.models import AnonymousUser
from wagtail.models import Page

from cms.core.visibility import visible_pages

from ...periods import PeriodKind, local_day, period_of
from ..models import Reflection
from .findings import Finding, Likeness, LikenessKind

SAME = 95  # of 100; below that a sentence is near the source text, not taken from it word by word


def described_for_author(likeness: Likeness, *, user) -> Likeness:
    """With title and address of the texts that `user`, the author, may read at this moment, and nothing of others. Three statements."""
    reflections = Reflection.objects.filter(pk__in=_keys(likeness, "reflection_id"))
    shown = {one.pk: one.page for one in reflections.exhibited_to(user).select_related("page")}
    own = dict(reflections.filter(author__user_id=user.pk).values_list("pk", "title")) if user.is_authenticated else {}
    pages = visible_pages(user).in_bulk(_keys(likeness, "page_id"))

    def described(finding: Finding) -> Finding:
        if finding.kind == LikenessKind.SOURCE:
            page = pages.get(finding.page_id)
            return replace(finding, label=f"{_beside_source(finding, page)}，若是引用请加引号", url=_address(page))
        if finding.kind == LikenessKind.OWN:
            title = own.get(finding.reflection_id)
            return replace(finding, label=f"您以前写的《{title}》" if title else LikenessKind.OWN.label, url="")
        page = shown.get(finding.reflection_id)
        return replace(finding, label=f"心得《{page.title}》" if page else LikenessKind.ARCHIVE.label, url=_address(page))

    return Likeness(tuple(described(finding) for finding in likeness.findings))


def _beside_source(finding: Finding, page: Page | None) -> str:
    text = f"《{page.title}》" if page else LikenessKind.SOURCE.label
    return f"与{text}原文{'相同' if finding.similarity >= SAME else '相近'}"


def _address(page: Page | None) -> str:
    return (page.url or "") if page else ""


def _keys(likeness: Likeness, name: str) -> set[int]:
    return {key for finding in likeness.findings if (key := getattr(finding, name))}


@dataclass(frozen=True, slots=True)
class ReviewedFinding:
    """A finding as the reviewer sees it. What is empty is not known: the text was deleted since, or the reviewer may not read that page."""

    finding: Finding
    label: str
    title: str = ""
    author: str = ""
    department: str = ""
    quarter: str = ""


def described_for_reviewer(likeness: Likeness, *, user=None) -> tuple[ReviewedFinding, ...]:
    """Two statements. `user` is the reviewer: titles of pages that this person may not read stay unsaid; without one those that are not
    public. Only for those who may review reflections: reflections are named whatever their authors' consent."""
    reflections = Reflection.objects.select_related("author", "department").in_bulk(_keys(likeness, "reflection_id"))
    pages = visible_pages(user or AnonymousUser()).in_bulk(_keys(likeness, "page_id"))

    def described(finding: Finding) -> ReviewedFinding:
        if finding.kind == LikenessKind.SOURCE:
            page = pages.get(finding.page_id)
            return ReviewedFinding(finding, f"{_beside_source(finding, page)}，没有加引号", page.title if page else "")
        if reflection := reflections.get(finding.reflection_id):
            return _reviewed(finding, reflection)
        return ReviewedFinding(finding, f"{LikenessKind.ARCHIVE.label}（已删除）")

    return tuple(described(finding) for finding in likeness.findings)


def _reviewed(finding: Finding, reflection: Reflection) -> ReviewedFinding:
    title, author = str(reflection), reflection.author.name
    department = reflection.department.name if reflection.department else ""
    handed_in = reflection.first_handed_in_at
    quarter = period_of(local_day(handed_in), PeriodKind.QUARTER).label if handed_in else ""
    whose = "本人以前写的" if finding.kind == LikenessKind.OWN else author
    place = "，".join(filter(None, (department, quarter)))
    label = f"{whose}《{title}》（{place}）" if place else f"{whose}《{title}》"
    return ReviewedFinding(finding, label, title, author, department, quarter)
