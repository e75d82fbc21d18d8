"""Ballots of a judging of any room: points line by line, or a judge who stands back. Whether somebody may vote is asked before."""

import datetime
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal

from .choices import JudgingState
from .errors import JudgingError
from .scoring import Vote

TENTH = Decimal("0.1")


def field_name(line) -> str:
    """What a form calls the points of `line`; errors name it, too."""
    return f"line_{line.pk}"


def voting_judge(judging, by):
    """The judge that `by` is, while the judging is open. Raises JudgingError."""
    if judging.state != JudgingState.OPEN:
        raise JudgingError(f"评分{judging.get_state_display()}，不能再改。")
    judge = judging.judges.select_related("staff").filter(staff__user=by.pk).first() if by.pk else None
    if judge is None:
        raise JudgingError("您不是这次评分的评委。")
    return judge


def check_points(lines, points: dict[int, Decimal]) -> None:
    """Every line has its points, by its key, within its bounds, to one decimal. Raises JudgingError naming the lines that have not."""
    wrong = {field_name(line): f"请打“{line.name}”的分。" for line in lines if line.pk not in points}
    for line in lines:
        given = points.get(line.pk)
        if given is not None and not (0 <= given <= line.max_points and given == given.quantize(TENTH)):
            wrong[field_name(line)] = f"“{line.name}”须在 0 到 {line.max_points} 之间，最多一位小数。"
    if wrong:
        raise JudgingError(wrong)


def put_ballot(*, judging, entry, judge, points: dict[int, Decimal], remark: str, now: datetime.datetime):
    """It takes the place of an earlier one, and of a declared conflict. Raises JudgingError."""
    lines = list(judging.rubric.all())
    check_points(lines, points)
    ballot = _put(entry, judge, {"is_conflict": False, "conflict_reason": "", "remark": remark.strip(), "submitted_at": now})
    row = ballot.lines.model
    row.objects.bulk_create([row(ballot=ballot, line=line, points=points[line.pk]) for line in lines])
    return ballot


def put_conflict(*, entry, judge, reason: str, now: datetime.datetime):
    """The judge stands back and says why; points given before are gone. Raises JudgingError."""
    if not reason.strip():
        raise JudgingError({"reason": "请写明回避的原因。"})
    return _put(entry, judge, {"is_conflict": True, "conflict_reason": reason.strip(), "remark": "", "submitted_at": now})


def _put(entry, judge, facts: dict):
    ballot, _created = entry.ballots.model.objects.update_or_create(entry=entry, judge=judge, defaults=facts)
    ballot.lines.all().delete()
    return ballot


def votes_in(judging, ballots) -> Iterator[tuple[int, Vote]]:
    """(entry, vote) of those of `ballots` that score. Two statements; the points are added up here: SQLite adds decimals as floats."""
    lines = list(judging.rubric.values_list("pk", flat=True))
    given = defaultdict(dict)
    rows = ballots.filter(is_conflict=False).order_by("pk").values_list("entry_id", "pk", "lines__line", "lines__points")
    for entry, ballot, line, points in rows:
        given[entry, ballot][line] = points or Decimal(0)
    for (entry, ballot), points in given.items():
        first, *rest = [points.get(line, Decimal(0)) for line in lines] or [Decimal(0)]
        yield entry, Vote(ballot, sum(points.values(), Decimal(0)), first, tuple(rest))
