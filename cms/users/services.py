"""Accounts made and mended by whoever runs commands on the server; everything else about accounts is done in the admin."""

import secrets

import structlog
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from axes.utils import reset as lift_lock
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from wagtail.log_actions import log

from .models import User

logger = structlog.get_logger(__name__)
# Names that every scanner tries first; GB/T 22239 8.1.4.1 wants default accounts renamed or gone.
DEFAULT_NAMES = frozenset(
    {"admin", "administrator", "root", "superuser", "guanliyuan", "guest", "test", "user", "system", "wagtail", "django"}
)
READABLE = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # no 0 O 1 l I: it is copied by hand


class AccountRefusedError(Exception):
    """The account cannot be made or mended; the message is Chinese and says what to do."""


def one_time_password() -> str:
    """Four groups of four: about 92 bits."""
    return "-".join("".join(secrets.choice(READABLE) for _character in range(4)) for _group in range(4))


@transaction.atomic
def make_administrator(*, username: str, display_name: str) -> tuple[User, str]:
    """The first account of a site: a superuser, who then makes all others; returns it with its one-time password.

    The password has to be changed and a second factor set up at the first sign-in. Raises AccountRefusedError.
    """
    username = username.strip()
    if username.casefold() in DEFAULT_NAMES:
        raise AccountRefusedError(f"“{username}”是人人会猜的默认账号名，不能使用。请用本人姓名的拼音或工号。")
    if not display_name.strip():
        raise AccountRefusedError("请写明这个账号属于谁：--name 姓名。")
    if User.objects.filter(username__iexact=username).exists():
        raise AccountRefusedError(f"账号“{username}”已经有了。忘记密码或丢失动态口令时请用：manage.py reset_account {username}")
    user = User(username=username, display_name=display_name.strip(), is_superuser=True, is_staff=True)
    try:
        user.full_clean(exclude=["password"])
    except ValidationError as error:
        raise AccountRefusedError("".join(error.messages)) from error
    password = _give_one_time_password(user)
    log(instance=user, action="wagtail.create")
    logger.warning("administrator_made", account_id=user.pk)
    return user, password


@transaction.atomic
def reset_account(*, username: str) -> tuple[User, str]:
    """For somebody who cannot get in: a new one-time password, no second factor, no lock, no session.

    Raises AccountRefusedError.
    """
    user = User.objects.filter(username__iexact=username.strip()).first()
    if user is None:
        raise AccountRefusedError(f"没有账号“{username}”。请核对用户名。")
    if not user.is_active:
        raise AccountRefusedError(f"账号“{username}”已停用。请先由系统管理员在后台“用户”里启用。")
    Authenticator.objects.filter(user=user).delete()
    for session in UserSession.objects.filter(user=user):
        session.end()
    lift_lock(username=user.username.casefold())
    password = _give_one_time_password(user)
    log(instance=user, action="wagtail.edit")
    logger.warning("account_reset", account_id=user.pk)
    return user, password


def _give_one_time_password(user: User) -> str:
    password = one_time_password()
    user.set_password(password)
    user.save()
    # After saving: the rule that remembers passwords takes every new one for the person's own choice.
    user.must_change_password, user.password_changed_at = True, timezone.now()
    user.save(update_fields=["must_change_password", "password_changed_at"])
    return password
