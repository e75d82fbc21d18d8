"""The words of the reading room; stored as codes, shown in Chinese."""

from django.db import models


class ReadingState(models.TextChoices):
    READING = "reading", "在读"
    FINISHED = "finished", "读完"


class Consent(models.TextChoices):
    """To whom the author lets a reflection be shown; nothing is shown without it."""

    NONE = "none", "不公开"
    INTERNAL = "internal", "局内"
    PUBLIC = "public", "公开"


class ReflectionState(models.TextChoices):
    DRAFT = "draft", "草稿"
    WAITING = "waiting", "待评阅"
    RETURNED = "returned", "退回修改"
    ACCEPTED = "accepted", "已通过"


HANDED_IN = (ReflectionState.WAITING, ReflectionState.ACCEPTED)


class Verdict(models.TextChoices):
    ACCEPTED = "accepted", "通过"
    RETURNED = "returned", "退回修改"


class FileKind(models.TextChoices):
    PHOTO = "photo", "手写照片"
    DOCUMENT = "document", "Word 原件"
