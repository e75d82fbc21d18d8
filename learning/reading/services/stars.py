"""阅读之星: criteria stated beforehand, a decision by people with its reasons, a notice drafted from it (R37, R55, R58)."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from wagtail.log_actions import log
from wagtail.models import Page

from cms.inbox.services import send_messages

from ...articles.notices import NoticeText, draft_notice
from ...periods import Period, local_day
from ..candidates import Candidate, candidates_of, quarter_of
from ..models import ReadingStar, StarSelection

MAX_REASON = 200
SIGNED_BY = "机关党委"
NOTICE_DAYS = 5  # working days
# Only to begin with: the notice says that there are criteria, not which. The word 示例 stays in it until somebody has rewritten it.
SAMPLE_CRITERIA = (
    "（示例，请改成本单位定下的标准）\n"
    "1. 本季度读完推荐书目或自选图书，并如实登记。\n"
    "2. 读书心得通过评阅，联系本职工作，不抄袭。\n"
    "3. 参加读书交流，乐于分享。\n"
    "符合条件的由领导小组综合评定，数据供参考，不按分数排名次。"
)


class StarError(ValidationError):
    """The selection cannot be changed or decided like that; the message is Chinese and says what to do."""


@dataclass(frozen=True, slots=True)
class Terms:
    """The criteria: in words, and the least of each number (0 or None asks for nothing)."""

    criteria: str
    places: int
    min_books: int
    min_reflections: int
    min_exchanges: int
    min_mean: Decimal | None


@dataclass(frozen=True, slots=True)
class Choice:
    """Somebody chosen (by key), why, and whether that is although they miss a criterion."""

    staff: int
    reason: str
    is_exception: bool = False


def lock_selection(pk: int) -> StarSelection:
    return StarSelection.objects.select_for_update(of=("self",)).get(pk=pk)


@transaction.atomic
def begin_selection(*, quarter: Period, terms: Terms) -> StarSelection:
    """Criteria as a draft that nobody else sees. Raises StarError."""
    if StarSelection.objects.filter(quarter_first=quarter.first).exists():
        raise StarError({"quarter": f"{quarter}的评选已经建立，请修改那一个。"})
    try:
        with transaction.atomic():
            return _write(StarSelection(quarter_first=quarter.first), terms)
    except IntegrityError as error:
        raise StarError({"quarter": f"{quarter}的评选刚刚有人建立，请修改那一个。"}) from error


@transaction.atomic
def change_terms(*, selection: StarSelection, terms: Terms) -> StarSelection:
    """Until they are published. Raises StarError."""
    selection = lock_selection(selection.pk)
    if selection.published_at:
        raise StarError("评选标准已经公布，不能再改：大家是照着它准备的。")
    return _write(selection, terms)


def _write(selection: StarSelection, terms: Terms) -> StarSelection:
    if not terms.criteria.strip():
        raise StarError({"criteria": "请写明评选标准。"})
    selection.criteria = terms.criteria.strip()
    for name in ("places", "min_books", "min_reflections", "min_exchanges", "min_mean"):
        setattr(selection, name, getattr(terms, name))
    selection.full_clean(exclude=["published_by", "decided_by", "notice"])
    selection.save()
    return selection


@transaction.atomic
def publish_criteria(*, selection: StarSelection, by, now: datetime.datetime) -> StarSelection:
    """From now on everybody reads them and nobody changes them. Raises StarError."""
    selection = lock_selection(selection.pk)
    if selection.published_at:
        raise StarError("评选标准已经公布，不用再公布。")
    selection.published_at, selection.published_by = now, by
    selection.save(update_fields=["published_at", "published_by"])
    data = {"criteria": selection.criteria, "places": selection.places, "books": selection.min_books}
    data |= {"reflections": selection.min_reflections, "exchanges": selection.min_exchanges, "mean": str(selection.min_mean or "")}
    log(instance=selection, action="reading.publish_criteria", user=by, data=data)
    return selection


@transaction.atomic
def decide_stars(*, selection: StarSelection, choices: Sequence[Choice], note: str, by, now: datetime.datetime) -> list[ReadingStar]:
    """Who is a star, with the numbers as they stand today, the reasons and a certificate each; once. Raises StarError.

    Errors about somebody stand under `reason_<key>`. Whoever misses a criterion can be chosen, but knowingly, and the reason says so.
    """
    selection = lock_selection(selection.pk)
    if not selection.published_at:
        raise StarError("评选标准还没有公布。请先公布标准，再评定。")
    if selection.decided_at:
        raise StarError("这一季度的阅读之星已经评定。")
    if not choices:
        raise StarError("还没有选人。请先在候选人里勾选。")
    keys = [choice.staff for choice in choices]
    if len(set(keys)) < len(keys):
        raise StarError("同一个人选了两次，请去掉一个。")
    by_key = {one.person.pk: one for one in candidates_of(selection, today=local_day(now), only=keys)}
    chosen = [(by_key.get(choice.staff), choice) for choice in choices]
    wrong = _wrong_reasons(chosen)
    if len(keys) > selection.places and not note.strip():
        wrong["note"] = f"名额是 {selection.places} 名，现在选了 {len(keys)} 名。请在评定说明里写明为什么超出。"
    if wrong:
        raise StarError(wrong)
    quarter = quarter_of(selection)
    series = f"{quarter.first.year}Q{(quarter.first.month + 2) // 3}"
    chosen.sort(key=lambda pair: (pair[0].person.sort_key, pair[0].person.pk))
    stars = ReadingStar.objects.bulk_create(
        [
            ReadingStar(
                selection=selection,
                staff=candidate.person,
                department_name=candidate.department[:60],
                books=candidate.numbers.books,
                reflections=candidate.numbers.reflections,
                exchanges=candidate.numbers.exchanges,
                mean=candidate.numbers.mean,
                reason=reason_of(candidate, choice),
                certificate_number=f"{series}-{number:03}",
            )
            for number, (candidate, choice) in enumerate(chosen, start=1)
        ]
    )
    selection.decided_at, selection.decided_by, selection.decision_note = now, by, note.strip()
    selection.full_clean(exclude=["published_by", "decided_by", "notice"])
    selection.save(update_fields=["decided_at", "decided_by", "decision_note"])
    log(
        instance=selection,
        action="reading.decide_stars",
        user=by,
        data={"stars": [f"{star.certificate_number} {star.staff}：{star.reason}" for star in stars], "note": selection.decision_note},
    )
    send_messages(
        to=[star.staff.user_id for star in stars if star.staff.user_id],
        subject=f"祝贺您被评为{quarter}“阅读之星”",
        text="名单公示以后生效，证书可以自己打印。",
        url=reverse("star_selection", args=[selection.pk]),
        key=f"stars:{selection.pk}:{now:%Y%m%d%H%M}",
        now=now,
    )
    return stars


def _wrong_reasons(chosen: list[tuple[Candidate | None, Choice]]) -> dict[str, str]:
    """Raises StarError for somebody who is not here."""
    wrong = {}
    for candidate, choice in chosen:
        field = f"reason_{choice.staff}"
        if candidate is None:
            raise StarError("选的人里有一位不在职。请回到候选人重新勾选。")
        if not choice.reason.strip():
            wrong[field] = f"请写明评{candidate.person}的理由。"
        elif len(choice.reason.strip()) > MAX_REASON:
            wrong[field] = f"理由最多 {MAX_REASON} 个字，现在有 {len(choice.reason.strip())} 个。"
        elif not candidate.meets_all and not choice.is_exception:
            wrong[field] = f"{candidate.person}未达标准（{candidate.shortfalls}）。确要评定的，请勾选“破格评定”，并在理由里写明原因。"
    return wrong


def reason_of(candidate: Candidate, choice: Choice) -> str:
    """As it is kept and published. What somebody lacks stays inside, in the numbers beside it."""
    reason = choice.reason.strip()
    return reason if candidate.meets_all else f"破格评定：{reason}"


@transaction.atomic
def revoke_decision(*, selection: StarSelection, reason: str, by, now: datetime.datetime) -> StarSelection:
    """Take a decision back to put a mistake right, as long as no notice was drafted from it; the log keeps who had been chosen, whoever
    was congratulated is told. Raises StarError.
    """
    selection = lock_selection(selection.pk)
    if not selection.decided_at:
        raise StarError("还没有评定，不用撤回。")
    if selection.notice_id:
        raise StarError("公示稿已经生成，不能直接撤回。还没有发布的，请先在后台删除公示稿，再撤回评定。")
    if not reason.strip():
        raise StarError({"reason": "请写明为什么撤回。"})
    stars = list(selection.stars.select_related("staff"))
    log(
        instance=selection,
        action="reading.revoke_stars",
        user=by,
        data={"revoked": [f"{star.certificate_number} {star.staff}：{star.reason}" for star in stars], "reason": reason.strip()},
    )
    send_messages(
        to=[star.staff.user_id for star in stars if star.staff.user_id],
        subject=f"{quarter_of(selection)}“阅读之星”的评定已撤回",
        text=f"原因：{reason.strip()}。将重新评定。",
        url=reverse("star_selection", args=[selection.pk]),
        key=f"stars:{selection.pk}:revoked:{now:%Y%m%d%H%M}",
        now=now,
    )
    selection.stars.all().delete()
    selection.decided_at, selection.decided_by, selection.decision_note = None, None, ""
    selection.save(update_fields=["decided_at", "decided_by", "decision_note"])
    return selection


@transaction.atomic
def draft_star_notice(*, selection: StarSelection, days: int, contact: str, by, today: datetime.date) -> Page:
    """The public notice of the decision as an unpublished page, in the way of every notice; the one that is there already if there is one.

    `days` are working days from its publication on, `contact` is where objections go. Raises StarError, NoticeDraftError.
    """
    selection = lock_selection(selection.pk)
    if not selection.decided_at:
        raise StarError("还没有评定，没有可以公示的名单。")
    if selection.notice_id:
        return selection.notice
    if not contact.strip():
        raise StarError({"contact": "请写明向谁反映、怎么联系。"})
    selection.notice = draft_notice(notice_of(selection, days=days, contact=contact.strip(), today=today), by=by)
    selection.save(update_fields=["notice"])
    return selection.notice


def notice_of(selection: StarSelection, *, days: int, contact: str, today: datetime.date) -> NoticeText:
    quarter = quarter_of(selection)
    stars = list(selection.stars.select_related("staff").order_by("certificate_number"))
    listed = [
        f"{number}. {star.staff}{f'（{star.department_name}）' if star.department_name else ''}：{star.reason}"
        for number, star in enumerate(stars, start=1)
    ]
    published = local_day(selection.published_at)
    return NoticeText(
        title=f"{quarter}“阅读之星”名单公示",
        paragraphs=[
            f"根据{published.year}年{published.month}月{published.day}日公布的评选标准，经评定，拟授予下列 {len(stars)} 名同志{quarter}“阅读之星”称号，现予公示。",
            "评选标准：",
            *filter(None, (line.strip() for line in selection.criteria.splitlines())),
            "名单及理由：",
            *listed,
            f"公示期为自发布之日起 {days} 个工作日。对名单有异议的，请在公示期内实名反映：{contact}。",
        ],
        signed_by=SIGNED_BY,
        composed_on=today,
    )
