"""What staff find on the home page before everything else: what is due, and this week's study.

Not part of `front`: page types are loaded before the forms that the programme's services stand on.
"""

import datetime
from dataclasses import dataclass

from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from learning.evidence import Subject
from learning.portal.due import DueList, due_of
from learning.programme.rights import Rights
from learning.programme.timetable import Entry, View, timetable

FIRST_DUE = 3


@dataclass(frozen=True)
class Study:
    """What a signed-in person sees before everything else. `is_staff` is false for an account that is nobody's of the roster."""

    due: DueList
    week: list[Entry]
    is_staff: bool

    @property
    def first(self) -> list:
        return self.due.rows[:FIRST_DUE]


def study_of(user, *, now: datetime.datetime, today: datetime.date) -> Study | None:
    """The due list and this week's sessions (the organ's, and those that are the person's); None for the anonymous: sessions are internal."""
    if not user.is_authenticated:
        return None
    rights = Rights(user, today)
    week = timetable(view=View.WEEK, on=today, rights=rights, now=now)
    entries = [entry for day in week.days for entry in day.entries if entry.my_part or entry.session.organised_by == Subject.ORGAN]
    return Study(due=due_of(rights, now=now), week=entries, is_staff=rights.staff is not None)


def own_study(request):
    """Context processor: `study`, looked up only where a template asks, never for the anonymous."""
    return {"study": SimpleLazyObject(lambda: study_of(request.user, now=timezone.now(), today=timezone.localdate()))}
