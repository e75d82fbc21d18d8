"""学习检查: who can be drawn, who is, and the words it begins with. The checklist asks only what the file shows, never what a note says."""

from dataclasses import dataclass

from ..organisation.models import Department
from .choices import Sampling
from .lots import draw_sample
from .models import InspectedFile, Inspection
from .superiors import present_on
from .years import place_day

# Only to begin with: the notice wants notes and records looked at and does not say by what (R51).
SAMPLE_LINES = (
    "有学习规划，并已批准",
    "有学习笔记（只看有没有，不看内容）",
    "有心得体会，数量符合要求",
    "有调研成果或参加了调研",
    "有收获运用，写明学了什么、改变了什么",
    "到期的集中学习已参加或已补学",
)


@dataclass(frozen=True, slots=True)
class Pool:
    """Whom an inspection can draw: person → department as of its day. `excused` are on long leave."""

    departments: dict[int, int]
    excused: frozenset[int]


def pool_of(inspection: Inspection) -> Pool:
    """Four statements, three for the whole bureau; whatever the number of people."""
    present = present_on(inspection.year, place_day(inspection.year, inspection.held_on), today=inspection.held_on)
    if inspection.department_id is None:
        return Pool(present.departments, present.excused)
    scope = set(Department.objects.within(inspection.department).values_list("pk", flat=True))
    inside = {staff: department for staff, department in present.departments.items() if department in scope}
    return Pool(inside, present.excused)


@dataclass(frozen=True, slots=True)
class Redraw:
    """The sample drawn again from its seed, out of the people whom the postings name now."""

    number: int  # of people to draw from
    is_same: bool


def redraw_of(inspection: Inspection) -> Redraw | None:
    """None where people were named and nothing drawn. Five statements."""
    if inspection.sampling != Sampling.RANDOM:
        return None
    pool = pool_of(inspection)
    drawn = set(draw_sample(inspection.seed, pool.departments, inspection.percent))
    kept = set(InspectedFile.objects.filter(inspection=inspection).values_list("staff", flat=True))
    return Redraw(len(pool.departments), drawn == kept)
