"""Who judges, and by what: checked, and written into a judging of any room."""

from collections.abc import Sequence
from dataclasses import dataclass

from ..organisation.models import StaffMember
from .choices import JudgingState
from .errors import JudgingError

MAX_LINES = 6


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the rubric as it is written."""

    name: str
    max_points: int
    guidance: str = ""


def check_preparing(judging) -> None:
    """Raises JudgingError once it has been opened."""
    if judging.state != JudgingState.PREPARING:
        raise JudgingError(f"评分{judging.get_state_display()}，评委和评分项不能再改。")


def check_judges(judges: Sequence[StaffMember]) -> None:
    """Somebody, each with an account that can sign in. Raises JudgingError."""
    if not judges:
        raise JudgingError({"judges": "请至少写一位评委。"})
    can_sign_in = set(StaffMember.objects.filter(pk__in=[one.pk for one in judges], user__is_active=True).values_list("pk", flat=True))
    if without := [one.name for one in judges if one.pk not in can_sign_in]:
        raise JudgingError({"judges": f"{'、'.join(without)}没有可用的账号，不能在网上评分。请换人，或请系统管理员开通账号。"})


def check_rubric(rubric: Sequence[Line]) -> None:
    """Raises JudgingError."""
    if not rubric:
        raise JudgingError("请至少写一个评分项和它的满分。")
    names = [line.name for line in rubric]
    if len(set(names)) < len(names):
        raise JudgingError("有两个评分项同名，请改一个名称。")


def write_preparation(judging, *, judges: Sequence[StaffMember], rubric: Sequence[Line]) -> None:
    """What was checked takes the place of what stood there; whoever judged already keeps the row."""
    judging.judges.exclude(staff__in=judges).delete()
    known = set(judging.judges.values_list("staff_id", flat=True))
    judge, line = judging.judges.model, judging.rubric.model
    judge.objects.bulk_create([judge(judging=judging, staff=one) for one in judges if one.pk not in known])
    judging.rubric.all().delete()
    line.objects.bulk_create(
        [
            line(judging=judging, name=one.name, guidance=one.guidance, max_points=one.max_points, position=position)
            for position, one in enumerate(rubric)
        ]
    )
