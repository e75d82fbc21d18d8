"""Password rules of the 等保 profile (GB/T 22239 8.1.4.1): classes, no context words, no reuse, an age.

ASVS 5.0 (6.2.5, 6.2.10) forbids what GB/T 22239 demands here; the standard is law for a public body, so it wins, and a bureau that
may follow ASVS drops these validators from its settings.
"""

import datetime

from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.core.exceptions import ValidationError
from django.utils import timezone
from pypinyin import lazy_pinyin

from .models import PasswordHistory

CLASSES = (str.islower, str.isupper, str.isdigit, lambda character: not character.isalnum())


class CharacterClassesValidator:
    """At least `min_classes` of: small letters, capitals, digits, other characters."""

    def __init__(self, min_classes=3):
        self.min_classes = min_classes

    def validate(self, password, user=None):
        if sum(any(map(is_member, password)) for is_member in CLASSES) < self.min_classes:
            raise ValidationError(self.get_help_text(), code="password_too_plain")

    def get_help_text(self):
        return f"密码须含小写字母、大写字母、数字、符号中的至少 {self.min_classes} 类。"


class ContextWordsValidator:
    """No word that everybody in the bureau would try first: its own names and the person's name in pinyin."""

    def __init__(self, words=()):
        self.words = tuple(words)

    def validate(self, password, user=None):
        folded = password.casefold()
        words = [*self.words]
        if user is not None:
            syllables = lazy_pinyin(getattr(user, "display_name", ""))
            words += ["".join(syllables), "".join(syllable[:1] for syllable in syllables), user.get_username()]
        if any(len(word) > 2 and word.casefold() in folded for word in words):
            raise ValidationError(self.get_help_text(), code="password_says_who")

    def get_help_text(self):
        return "密码不能含有单位名称、用户名或姓名的拼音。"


class HistoryValidator:
    """Not one of the last `remember` passwords. Django tells it of every new password, whichever door it came through."""

    def __init__(self, remember=5):
        self.remember = remember

    def validate(self, password, user=None):
        if user is None or user.pk is None:
            return
        earlier = [user.password, *user.password_history.order_by("-changed_at", "-pk").values_list("password", flat=True)[: self.remember]]
        if any(check_password(password, encoded) for encoded in earlier if encoded):
            raise ValidationError(self.get_help_text(), code="password_used_before")

    def password_changed(self, password, user=None):
        now = timezone.now()
        type(user).objects.filter(pk=user.pk).update(password_changed_at=now, must_change_password=False)
        user.password_changed_at, user.must_change_password = now, False
        PasswordHistory.objects.create(user=user, password=user.password)
        kept = user.password_history.order_by("-changed_at", "-pk").values_list("pk", flat=True)[: self.remember]
        user.password_history.exclude(pk__in=list(kept)).delete()

    def get_help_text(self):
        return f"不能与最近 {self.remember} 次用过的密码相同。"


def password_is_due(user, *, now: datetime.datetime) -> bool:
    """Whether `user` has to choose a new password before anything else: told to, or the old one is past its age."""
    if user.must_change_password:
        return True
    days = settings.PASSWORD_MAX_AGE_DAYS
    return bool(days and user.password_changed_at and now - user.password_changed_at > datetime.timedelta(days=days))
