"""What a row of the due list is: what, by when, why, and the one button that does it."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from django.utils.timezone import localtime

from ...periods import ONE_DAY, midnight
from ...programme.models import Session

FEW = 5  # rows of one kind of desk work; the rest is one row with its number
WEEKDAYS = "一二三四五六日"


class State(Enum):
    """Tone, word and mark; the colour is the style sheet's."""

    OVERDUE = ("missed", "已逾期", "○")
    TODAY = ("late", "今天", "◔")
    SOON = ("late", "将到期", "◔")
    LATER = ("not-due", "未到期", "–")
    TO_MAKE_UP = ("late", "待补学", "◐")
    RETURNED = ("late", "退回重写", "◐")
    SENT_BACK = ("late", "退回修改", "◐")
    ASKED = ("not-due", "待审批", "◔")
    GRANTED = ("done", "已准假", "●")
    REFUSED = ("missed", "未准假", "○")
    HANDED_IN = ("not-due", "待核对", "◔")
    TO_DECIDE = ("late", "待您审批", "◐")
    TO_CHECK = ("late", "待您核对", "◐")
    TO_REVIEW = ("late", "待您评阅", "◐")
    TO_JUDGE = ("late", "待您评分", "◐")
    TO_ROLL = ("late", "待点名", "◐")
    TO_RECORD = ("late", "待记实", "◐")
    TO_PASS = ("late", "待您审核", "◐")
    TO_DECLARE = ("late", "待申报", "◐")
    TO_HAND_IN = ("late", "待提交", "◐")
    TO_HANDLE = ("late", "待办理", "◐")
    TO_RECTIFY = ("late", "待整改", "◐")
    TO_CONFIRM = ("late", "待您确认", "◐")

    def __init__(self, tone, word, mark):
        self.tone, self.word, self.mark = tone, word, mark


class Kind(Enum):
    """Where a row comes from; on one day in this order."""

    ROLL = "roll"
    SESSION = "session"
    MAKE_UP = "make_up"
    REFLECTION = "reflection"
    PLAN = "plan"
    FINDING = "finding"
    ARTICLE = "article"
    OWN = "own"
    CALL = "call"
    RESEARCH = "research"
    DECIDE = "decide"
    CHECK = "check"
    REVIEW = "review"
    JUDGING = "judging"
    CONFIRM = "confirm"
    PILE = "pile"
    RECORD = "record"
    GAP = "gap"
    LEAVE = "leave"


ORDER = {kind: number for number, kind in enumerate(Kind)}
WAITS_FOR_OTHERS = (State.ASKED, State.GRANTED, State.HANDED_IN)


@dataclass(frozen=True, slots=True)
class DueRow:
    """What, by when, why, and the one button that does it (`is_post`: it changes something at once); none where no screen does it."""

    kind: Kind
    title: str
    when: str
    due_on: datetime.date
    state: State
    action: str = ""
    url: str = ""
    detail: str = ""
    why: str = ""
    due_at: datetime.datetime | None = None
    is_post: bool = False
    is_first: bool = False
    is_rest: bool = False

    @property
    def machine_time(self) -> str:
        return (localtime(self.due_at) if self.due_at else self.due_on).isoformat()

    @property
    def is_to_do(self) -> bool:
        """Whether it waits for the person; not what others have in hand, nor a session to go to."""
        return self.kind is not Kind.SESSION and self.state not in WAITS_FOR_OTHERS

    @property
    def order(self) -> tuple:
        """Today's sessions, then by the day, then as `Kind` says; what others have in their hands for good comes last."""
        at = self.due_at or midnight(self.due_on + ONE_DAY)
        return (not self.is_first, self.state is State.HANDED_IN, self.due_on, at, ORDER[self.kind], self.is_rest, self.title)


@dataclass(frozen=True, slots=True)
class DueList:
    rows: list[DueRow]
    next_session: Session | None = None

    @property
    def to_do(self) -> int:
        return sum(row.is_to_do for row in self.rows)


def in_words(day: datetime.date, today: datetime.date) -> str:
    """今天, 明天, 12月8日（周二）; with the year where it is another one."""
    if day == today:
        return "今天"
    if day == today + ONE_DAY:
        return "明天"
    year = "" if day.year == today.year else f"{day.year}年"
    return f"{year}{day.month}月{day.day}日（周{WEEKDAYS[day.weekday()]}）"


def few(rows: Iterable[DueRow], rest_label: str) -> list[DueRow]:
    """`FEW` of desk work, and how much more there is: doing one leads to the next."""
    rows = list(rows)
    if len(rows) <= FEW + 1:
        return rows
    first = rows[FEW]
    rest = DueRow(
        kind=first.kind,
        title=f"另有 {len(rows) - FEW} {rest_label}",
        when=f"最早的一份：{first.when}",
        due_on=first.due_on,
        state=first.state,
        action=first.action,
        url=first.url,
        is_rest=True,
    )
    return [*rows[:FEW], rest]


def basis(requirement) -> str:
    """The place in the notice, without what it says there."""
    return f"依据：{requirement.basis.partition('：')[0]}"
