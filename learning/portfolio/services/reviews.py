"""评学: prepared by the clerk, opened for everybody at once, filled in, closed. Nothing written here says who gave whom what."""

import datetime
import secrets
from collections.abc import Sequence
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from wagtail.log_actions import log

from cms.inbox.services import send_messages

from ...judging.ballots import check_points
from ...judging.errors import UnfinishedError
from ...judging.preparing import Line, check_rubric
from ...periods import local_day
from ...programme.services.locking import locked
from ..choices import ReviewKind
from ..lots import SEEDS
from ..models import ReviewPoints, ReviewRubricLine, ReviewYear, StudyReview
from ..review_draw import draw_peers
from ..review_progress import missing_by_department
from ..superiors import Present, present_on
from ..years import place_day

ACTION = "portfolio.review"
BATCH = 1000
FIRST_YEAR, LAST_YEAR = 2000, 2100
MOST_PEERS = 20
LONGEST_REMARK = StudyReview._meta.get_field("remark").max_length
LONGEST_NOTE = ReviewYear._meta.get_field("note").max_length

# Only to begin with: the notice asks for 评学 and does not say by what (R50). The word 示例 stays in it until somebody has rewritten it.
SAMPLE_RUBRIC = (
    Line("学习态度", 25, "示例：按要求参加集中学习，平时能坚持自学。"),
    Line("完成情况", 25, "示例：学习任务按时完成，笔记、心得是自己写的。"),
    Line("学用结合", 30, "示例：学到的东西用到了本职工作里，有看得见的改变。"),
    Line("带动他人", 20, "示例：愿意交流分享，对科室学习有帮助。"),
)


class ReviewError(ValidationError):
    """The 评学 cannot be prepared, opened, filled in or closed like that; the message is Chinese and says what to do."""


@transaction.atomic
def prepare_reviews(
    *, year: int, rubric: Sequence[Line], due_on: datetime.date, peers: int, note: str, by, now: datetime.datetime
) -> ReviewYear:
    """Changed as often as needed until it is opened. Raises ReviewError, JudgingError."""
    _check(year, due_on, peers, note, now)
    check_rubric(rubric)
    made, _is_new = ReviewYear.objects.get_or_create(year=year, defaults={"due_on": due_on, "peers": peers})
    found = locked(ReviewYear.objects.all(), made.pk)
    if found.opened_at is not None:
        raise ReviewError(f"{found}已于 {local_day(found.opened_at):%Y-%m-%d} 开始，评学项不能再改。")
    found.due_on, found.peers, found.note = due_on, peers, note.strip()
    found.full_clean(exclude=["opened_by"])
    found.save()
    found.rubric.all().delete()
    lines = [
        ReviewRubricLine(round=found, name=one.name, guidance=one.guidance, max_points=one.max_points, position=position)
        for position, one in enumerate(rubric)
    ]
    for line in lines:
        line.clean_fields(exclude=["round"])
    ReviewRubricLine.objects.bulk_create(lines)
    _log(found, "筹备评学", by=by, lines=len(rubric), peers=peers)
    return found


def _check(year: int, due_on: datetime.date, peers: int, note: str, now: datetime.datetime) -> None:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise ReviewError(f"年度须在 {FIRST_YEAR} 到 {LAST_YEAR} 之间。")
    if due_on < local_day(now):
        raise ReviewError({"due_on": "截止日期已经过去，请改成今天或以后的日期。"})
    if not 0 <= peers <= MOST_PEERS:
        raise ReviewError({"peers": f"每人由 0 到 {MOST_PEERS} 位同事评。"})
    if len(note.strip()) > LONGEST_NOTE:
        raise ReviewError({"note": f"最多 {LONGEST_NOTE} 个字，现在有 {len(note.strip())} 个。"})


@transaction.atomic
def open_reviews(*, review_year: ReviewYear, by, now: datetime.datetime, seed: int | None = None) -> ReviewYear:
    """Make the forms of everybody who is there today and tell whoever has some to fill in. Raises ReviewError."""
    found, today = locked(ReviewYear.objects.all(), review_year.pk), local_day(now)
    if found.opened_at is not None:
        raise ReviewError(f"{found}已于 {local_day(found.opened_at):%Y-%m-%d} 开始，不用再开始。")
    if today.year < found.year:
        raise ReviewError(f"{found.year}年还没有到，不能开始。")
    if found.due_on < today:
        raise ReviewError("截止日期已经过去。请先改成今天或以后的日期，再开始。")
    check_rubric([Line(one.name, one.max_points) for one in found.rubric.all()])
    present = present_on(found.year, place_day(found.year, today), today=today)
    if not present.departments:
        raise ReviewError("这一天没有在岗的人，没有可评的。请先登记人员和任职。")
    found.seed = secrets.randbelow(SEEDS) if seed is None else seed
    StudyReview.objects.bulk_create(
        [StudyReview(round=found, **facts) for facts in forms_of(present, peers=found.peers, seed=found.seed)], batch_size=BATCH
    )
    found.opened_at, found.opened_by = now, by
    found.save(update_fields=["seed", "opened_at", "opened_by"])
    _log(found, "开始评学", by=by, people=len(present.departments), excused=len(present.excused))
    send_messages(
        to=found.reviews.filter(rater__user__isnull=False).order_by().values_list("rater__user", flat=True).distinct(),
        subject=f"请评学：{found}",
        text=f"请在 {found.due_on:%Y-%m-%d} 前填完要您填的评学表，结束以前可以改。您给谁打了多少分，任何人都看不到。",
        url=reverse("study_review_year", args=[found.year]),
        key=f"reviews:{found.pk}:opened",
        now=now,
    )
    return found


def forms_of(present: Present, *, peers: int, seed: int) -> list[dict]:
    """One of everybody by themselves, one by the superior, so many by colleagues of the same department."""
    superiors = {staff: present.superior(staff) for staff in present.departments}
    forms = [{"staff_id": staff, "rater_id": staff, "kind": ReviewKind.SELF} for staff in superiors]
    forms += [
        {"staff_id": staff, "rater_id": above, "kind": ReviewKind.SUPERIOR} for staff, above in superiors.items() if above is not None
    ]
    for people in present.by_department.values():
        forms += [
            {"staff_id": staff, "rater_id": rater, "kind": ReviewKind.PEER}
            for staff, rater in draw_peers(people, superiors, peers=peers, seed=seed)
        ]
    return sorted(forms, key=lambda one: (one["staff_id"], one["kind"], one["rater_id"]))


@transaction.atomic
def submit_review(*, review: StudyReview, points: dict[int, Decimal], remark: str, by, now: datetime.datetime) -> StudyReview:
    """Points for every line (by the lines' keys), until the round is closed; they take the place of earlier ones. Raises ReviewError,
    JudgingError."""
    review_year = locked(ReviewYear.objects.all(), review.round_id)
    found = StudyReview.objects.select_related("rater").get(pk=review.pk)
    if by.pk is None or found.rater.user_id != by.pk:
        raise ReviewError("这张评学表不是请您填的。")
    if review_year.closed_at is not None:
        raise ReviewError(f"{review_year}已结束，不能再改。")
    lines = list(review_year.rubric.all())
    check_points(lines, points)
    found.remark = " ".join(remark.replace("\x00", "").split())
    if len(found.remark) > LONGEST_REMARK:
        raise ReviewError({"remark": f"最多 {LONGEST_REMARK} 个字，现在有 {len(found.remark)} 个。"})
    found.submitted_at = now
    found.save(update_fields=["remark", "submitted_at"])
    found.lines.all().delete()
    ReviewPoints.objects.bulk_create([ReviewPoints(review=found, line=line, points=points[line.pk]) for line in lines])
    _log(review_year, "填评学表", by=by)  # not whose, and no points
    return found


@transaction.atomic
def close_reviews(*, review_year: ReviewYear, is_confirmed: bool, by, now: datetime.datetime) -> ReviewYear:
    """Nothing can be changed any more, and the figures are shown. Raises UnfinishedError naming the departments that have forms left, unless
    that is confirmed; ReviewError."""
    found = locked(ReviewYear.objects.all(), review_year.pk)
    if found.opened_at is None:
        raise ReviewError(f"{found}还没有开始，不用结束。")
    if found.closed_at is not None:
        raise ReviewError(f"{found}已于 {local_day(found.closed_at):%Y-%m-%d} 结束，不用再结束。")
    missing = missing_by_department(found)
    number = sum(missing.values())
    if number and not is_confirmed:
        named = "、".join(f"{name} {left} 张" for name, left in missing.items())
        raise UnfinishedError(f"还差 {number} 张评学表（{named}）。确实要结束的，请勾选“没有填完也结束”。")
    found.closed_at = now
    found.save(update_fields=["closed_at"])
    _log(found, "结束评学", by=by, missing=number)
    send_messages(
        to=found.reviews.filter(staff__user__isnull=False).order_by().values_list("staff__user", flat=True).distinct(),
        subject=f"评学已结束：{found}",
        text="您的评学结果可以看了。谁评的、每人打了多少分，不显示。",
        url=reverse("study_review_year", args=[found.year]),
        key=f"reviews:{found.pk}:closed",
        now=now,
    )
    return found


def _log(review_year: ReviewYear, step: str, *, by, **data) -> None:
    log(instance=review_year, action=ACTION, user=by, data={"step": step, **data})
