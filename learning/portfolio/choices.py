"""The words of the files; stored as codes, shown in Chinese."""

from enum import Enum

from django.db import models


class State(Enum):
    """Of a cell and of a line below it: key for the style sheet, word and mark. Colour never speaks alone."""

    HAVE = ("done", "有", "●")
    TO_DO = ("late", "待补", "◐")
    LACKING = ("missed", "缺", "○")
    AHEAD = ("not-due", "未到期", "–")
    EXEMPT = ("excused", "不计", "／")

    def __init__(self, key, label, mark):
        self.key, self.label, self.mark = key, label, mark


class PlanState(models.TextChoices):
    DRAFT = "draft", "草稿"
    HANDED_IN = "handed_in", "待批准"
    RETURNED = "returned", "退回修改"
    APPROVED = "approved", "已批准"


class StatementState(models.TextChoices):
    DRAFT = "draft", "草稿"
    HANDED_IN = "handed_in", "已提交"


class LockOrigin(models.TextChoices):
    LOCKED = "locked", "年度锁定"
    RESTORED = "restored", "由档案包读回"


class LookRole(models.TextChoices):
    """As what somebody looked at another's file."""

    HEAD = "head", "科室（单位）负责人"
    CLERK = "clerk", "机关党委"
    LEADER = "leader", "局领导"


class AchievementKind(models.TextChoices):
    DEGREE = "degree", "在职学历学位教育"
    CERTIFICATE = "certificate", "资格、证书"
    COURSE = "course", "培训班"
    OTHER = "other", "其他"


class ReviewKind(models.TextChoices):
    SUPERIOR = "superior", "上级评"
    PEER = "peer", "同事评"
    SELF = "self", "自评"


class Sampling(models.TextChoices):
    RANDOM = "random", "随机抽取"
    CHOSEN = "chosen", "指定人员"


class Severity(models.TextChoices):
    MINOR = "minor", "一般"
    SERIOUS = "serious", "较重"


class FindingState(models.TextChoices):
    OPEN = "open", "待整改"
    RECTIFIED = "rectified", "已整改，待核对"
    RETURNED = "returned", "退回再改"
    CLOSED = "closed", "已销号"


class ArchiveState(models.TextChoices):
    WAITING = "waiting", "等待生成"
    RUNNING = "running", "正在生成"
    DONE = "done", "已生成"
    FAILED = "failed", "没有生成"
