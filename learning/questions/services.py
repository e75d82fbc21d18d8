"""A question is asked by whoever was shown the line, told to its desk, answered there, told to its asker."""

import datetime

from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils.timezone import localtime
from wagtail.log_actions import log

from cms.inbox.services import send_messages

from .desks import find_desk
from .links import About
from .models import Question
from .rights import may_answer, people_of

LONGEST_SUBJECT = 60  # of what was asked about, in the subject of a message
LONGEST_ABOUT = Question._meta.get_field("about").max_length
LONGEST_TEXT = Question._meta.get_field("text").max_length  # of an answer, too

User = get_user_model()


class QuestionError(ValidationError):
    """It cannot be asked or answered like that; the message is Chinese and says what to do."""


class AskedAlreadyError(QuestionError):
    """The same person's question about the same thing still waits: `question`."""

    def __init__(self, question: Question):
        asked_on = localtime(question.asked_at)
        super().__init__(f"您已于 {asked_on:%Y-%m-%d} 就这一条提过疑问，还没有答复。请等答复以后再提，要补充的请直接联系答复的部门。")
        self.question = question


def _shortened(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def _words(text: str, *, where_empty: str) -> str:
    """A text field of a model has no eye for its length."""
    text = text.strip()
    if not text:
        raise QuestionError({"text": where_empty})
    if len(text) > LONGEST_TEXT:
        raise QuestionError({"text": f"最多 {LONGEST_TEXT} 个字，现在有 {len(text)} 个。请缩短。"})
    return text


def _named_in_log(question: Question) -> str:
    """What was asked is for the asker and the desk; the list of the log is read by others."""
    return f"疑问 {question.pk}"


def _address(question: Question) -> str:
    return reverse("question", args=[question.pk])


def open_question(about: About, user) -> Question | None:
    """The one that `user` asked about the same thing and that still waits."""
    return Question.objects.asked_by(user).waiting().filter(desk=about.desk, about_key=about.key).first()


@transaction.atomic
def ask(*, about: About, text: str, by, now: datetime.datetime) -> Question:
    """Tells whoever answers for the desk. Raises AskedAlreadyError for a second one while the first waits; QuestionError."""
    desk = find_desk(about.desk)
    if desk is None:
        raise QuestionError("这一条没有指定由谁答复，暂时不能在网上提疑问。请直接联系主管科室。")
    User.objects.select_for_update().only("pk").get(pk=by.pk)  # two tabs of one person ask one after the other
    if waiting := open_question(about, by):
        raise AskedAlreadyError(waiting)
    text = _words(text, where_empty="请写明疑问：哪里不对，应当怎样。")
    question = Question(
        desk=desk.key,
        about_key=about.key,
        about=_shortened(about.about, LONGEST_ABOUT),
        about_url=about.url,
        text=text,
        asked_by=by,
        asked_at=now,
    )
    question.full_clean(exclude=["asked_by", "answered_by"])
    question.save()
    log(instance=question, action="wagtail.create", user=by, title=_named_in_log(question), data={"desk": desk.key})
    send_messages(
        to=people_of(desk).exclude(pk=by.pk),
        subject=f"有疑问待答复：{_shortened(question.about, LONGEST_SUBJECT)}",
        text=f"{by.get_full_name()}问：{question.text}",
        url=_address(question),
        key=f"question:{question.pk}:asked",
        now=now,
    )
    return question


@transaction.atomic
def answer(*, question: Question, text: str, by, now: datetime.datetime, corrects: datetime.datetime | None = None) -> Question:
    """Tells the asker. An answer is corrected by naming when the one that stands was given (`corrects`): what it said, by whom and when, is
    kept (`corrections.py`). Raises QuestionError.
    """
    Question.objects.select_for_update().only("pk").get(pk=question.pk)
    question = Question.objects.select_related("answered_by").get(pk=question.pk)
    if not may_answer(by, question):
        raise QuestionError("这条疑问由主管科室答复，您没有答复的权限。")
    text = _words(text, where_empty="请写答复。")
    if question.answered_at != corrects:
        raise QuestionError(_overtaken(question))
    if question.answer == text:
        raise QuestionError({"text": "答复没有改动，不用再提交。"})
    data = {"answered": True}
    if corrects is not None:
        data = {"was": question.answer, "by": _name(question.answered_by), "at": question.answered_at.isoformat()}
    question.answer, question.answered_by, question.answered_at = text, by, now
    question.full_clean(exclude=["asked_by", "answered_by"])
    question.save(update_fields=["answer", "answered_by", "answered_at"])
    log(instance=question, action="wagtail.edit", user=by, title=_named_in_log(question), data=data, content_changed=True)
    if question.asked_by_id and question.asked_by_id != by.pk:
        send_messages(
            to=[question.asked_by_id],
            subject=f"您的疑问{'的答复有更正' if corrects else '有答复'}：{_shortened(question.about, LONGEST_SUBJECT)}",
            text=question.answer,
            url=_address(question),
            key=f"question:{question.pk}:answered:{now.isoformat()}",
            now=now,
        )
    return question


def _overtaken(question: Question) -> str:
    if question.answered_at is None:
        return "这条疑问还没有答复，没有可更正的。请重新打开这一页再答复。"
    at = localtime(question.answered_at)
    return f"{_name(question.answered_by)}已于 {at:%Y-%m-%d %H:%M} 答复，您的文字没有保存。请看过现在的答复，需要时再更正。"


def _name(user) -> str:
    return user.get_full_name() if user else "（账号已删除）"
