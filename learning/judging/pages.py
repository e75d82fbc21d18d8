"""What the pages of a judging do alike in every room. Who may see them, at which address they are and what is done there, the room says."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.utils import timezone

from .desks import Desk, Progress
from .errors import JudgingError, UnfinishedError
from .forms import given_by


def open_it(request, judging, open_judging: Callable) -> None:
    """Opens it and says so, or says why not."""
    try:
        opened = open_judging(judging=judging, by=request.user, now=timezone.now())
    except JudgingError as error:
        messages.error(request, "；".join(error.messages))
    else:
        messages.success(request, f"评分已开始：{opened.entries.count()} 篇，已通知评委。")


def close_it(request, judging, close_judging: Callable) -> JudgingError | None:
    """What keeps it from being closed; None: it is closed."""
    try:
        close_judging(judging=judging, is_confirmed="confirmed" in request.POST, by=request.user, now=timezone.now())
    except JudgingError as refusal:
        return refusal
    messages.success(request, "评分已结束，结果已算出。")
    return None


def closing_of(progress: Sequence[Progress], refusal: JudgingError | None) -> tuple[dict, int]:
    """What the page that closes a judging shows, and its status."""
    context = {
        "progress": progress,
        "missing": sum(one.waiting for one in progress),
        "errors": refusal.messages if refusal else [],
    }
    return context, 409 if isinstance(refusal, UnfinishedError) else 400 if refusal else 200


@dataclass
class Turn:
    """An entry before a judge: a ballot to fill in, or a conflict to declare. `sent` is the one of the two that was sent."""

    ballot: object | None  # what the judge has given so far
    form: forms.Form
    conflict: forms.Form
    declares: bool
    total_points: int

    @property
    def sent(self) -> forms.Form:
        return self.conflict if self.declares else self.form

    @property
    def status(self) -> int:
        return 400 if self.sent.errors else 200

    def context(self, number: int, desk: Desk) -> dict:
        return {
            "form": self.form,
            "conflict": self.conflict,
            "ballot": self.ballot,
            "total_points": self.total_points,
            "desk": desk,
            "previous": desk.before(number),
            "following": desk.after(number),
        }


def turn_of(request, *, entry, judge, ballot_form: type, conflict_form: type) -> Turn:
    """The forms are the room's own, with `add_service_error`. Three statements where the judge has given points, else two."""
    ballot = entry.ballots.filter(judge=judge).prefetch_related("lines").first()
    lines = list(entry.judging.rubric.all())
    declares = "conflict" in request.POST
    return Turn(
        ballot=ballot,
        form=ballot_form(None if declares else request.POST or None, lines=lines, initial=given_by(ballot, lines)),
        conflict=conflict_form(request.POST if declares else None, initial={"reason": ballot.conflict_reason if ballot else ""}),
        declares=declares,
        total_points=sum(line.max_points for line in lines),
    )


def take_turn(request, turn: Turn, *, entry, submit_ballot: Callable, declare_conflict: Callable) -> bool:
    """Whether what was sent is kept; where it is not, the form says why."""
    if not turn.sent.is_valid():
        return False
    typed = turn.sent.cleaned_data
    try:
        if turn.declares:
            declare_conflict(entry=entry, reason=typed["reason"], by=request.user, now=timezone.now())
        else:
            submit_ballot(entry=entry, points=turn.form.points, remark=typed["remark"], by=request.user, now=timezone.now())
    except JudgingError as error:
        turn.sent.add_service_error(error)
        return False
    return True


def next_number(request, turn: Turn, number: int, desk: Desk) -> int | None:
    """The next entry that waits, after what was kept; None where all is done. Says so."""
    done, following = f"{number} 号{'已回避' if turn.declares else '已评'}。", desk.next_after(number)
    if following is None:
        messages.success(request, f"{done}全部评完了，谢谢。结束之前还可以改。")
    else:
        messages.success(request, f"{done}这是下一篇。")
    return following
