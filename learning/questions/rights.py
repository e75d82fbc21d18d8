"""Who may see and answer a question: its asker sees it, its desk sees and answers it, nobody else learns that it is there."""

from django.contrib.auth import get_user_model

from .desks import Desk, find_desk
from .models import Question

MODEL_BACKEND = "django.contrib.auth.backends.ModelBackend"  # the one of several that knows permissions

User = get_user_model()


def may_answer(user, question: Question) -> bool:
    desk = find_desk(question.desk)
    return desk is not None and user.has_perm(desk.permission)


def may_see(user, question: Question) -> bool:
    is_own = question.asked_by_id is not None and question.asked_by_id == user.pk
    return is_own or may_answer(user, question)


def people_of(desk: Desk):
    """Users who answer for `desk` by group or by themselves and can sign in; superusers aside, who are asked in no routine."""
    return User.objects.with_perm(desk.permission, include_superusers=False, backend=MODEL_BACKEND)
