"""学习活动: what was planned, is announced, was held; its people, materials and files."""

import secrets

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from wagtail.models import Page

from cms.files.models import random_name
from cms.files.storage import private_storage

from ...evidence import Subject
from ...organisation.models import Department, PartyBranch, StaffMember
from ...periods import local_day
from ...topics.areas import ContentArea
from ...topics.models import Topic
from ..choices import Audience, FileKind, SessionKind, SessionState
from ..querysets import SessionQuerySet
from .plans import PlanItem
from .rules import StudyFormat

ORGANISERS = [(Subject.ORGAN.value, "机关党委"), (Subject.BRANCH.value, "党支部"), (Subject.DEPARTMENT.value, "科室（单位）")]


def new_secret() -> str:
    return secrets.token_urlsafe(24)


class Session(models.Model):
    """`planned_on` is the day of the plan and stays when the session moves: the cadence is judged on the plan."""

    title = models.CharField("名称", max_length=100)
    kind = models.CharField("类型", max_length=20, choices=SessionKind.choices, default=SessionKind.COLLECTIVE)
    formats = models.ManyToManyField(
        StudyFormat, verbose_name="计入形式载体", related_name="sessions", help_text="可多选：在每种形式里各计一次，合计时只计一次。"
    )
    plan_item = models.ForeignKey(PlanItem, verbose_name="计划项", null=True, blank=True, on_delete=models.PROTECT, related_name="sessions")
    organised_by = models.CharField("组织者", max_length=12, choices=ORGANISERS, default=Subject.ORGAN)
    branch = models.ForeignKey(PartyBranch, verbose_name="党支部", null=True, blank=True, on_delete=models.PROTECT, related_name="sessions")
    department = models.ForeignKey(
        Department, verbose_name="科室或单位", null=True, blank=True, on_delete=models.PROTECT, related_name="sessions"
    )
    planned_on = models.DateField("计划日期")
    starts_at = models.DateTimeField("开始时间")
    ends_at = models.DateTimeField("结束时间")
    place = models.CharField("地点", max_length=60, blank=True)
    host = models.ForeignKey(
        StaffMember, verbose_name="主持人", null=True, blank=True, on_delete=models.PROTECT, related_name="hosted_sessions"
    )
    recorder = models.ForeignKey(
        StaffMember, verbose_name="记录人", null=True, blank=True, on_delete=models.PROTECT, related_name="recorded_sessions"
    )
    audience = models.CharField("参加人员", max_length=16, choices=Audience.choices, default=Audience.EVERYBODY)
    department_kinds = models.JSONField("限于科室类别", default=list, blank=True, help_text="都不勾为不限。")
    invited = models.ManyToManyField(StaffMember, verbose_name="另请参加", blank=True, related_name="invited_to_sessions")
    area = models.CharField("内容领域", max_length=24, choices=ContentArea.choices, blank=True)
    topics = models.ManyToManyField(Topic, verbose_name="专题", blank=True, related_name="sessions")
    agenda = models.TextField("学习内容", max_length=2000, blank=True)
    key_points = models.TextField("要点", max_length=3000, blank=True, help_text="一行一条。")
    study_hours = models.DecimalField("学时", max_digits=4, decimal_places=1, default=0, validators=[MinValueValidator(0)])

    state = models.CharField("状态", max_length=12, choices=SessionState.choices, default=SessionState.PLANNED)
    reason = models.CharField("顺延或取消原因", max_length=200, blank=True)
    roster_frozen_at = models.DateTimeField("名册固定时间", null=True, blank=True, editable=False)
    roll_completed_at = models.DateTimeField("点名完成时间", null=True, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    accepts_code = models.BooleanField("扫码签到", default=False)
    code_secret = models.CharField(max_length=40, default=new_secret, editable=False)

    objects = SessionQuerySet.as_manager()

    class Meta:
        verbose_name = "学习活动"
        verbose_name_plural = "学习活动"
        ordering = ["starts_at", "id"]
        permissions = [
            ("run_programme", "组织全局学习（计划、点名、补学核对、缺口）"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="session_ends_after_start", violation_error_message="结束时间须晚于开始时间。"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["postponed", "cancelled"]) | ~Q(reason=""),
                name="moved_session_has_reason",
                violation_error_message="顺延或取消请写明原因。",
            ),
            models.CheckConstraint(
                condition=Q(organised_by="organ", branch__isnull=True, department__isnull=True)
                | Q(organised_by="branch", branch__isnull=False, department__isnull=True)
                | Q(organised_by="department", department__isnull=False, branch__isnull=True),
                name="session_has_its_organiser",
                violation_error_message="组织者是党支部的请选党支部，是科室的请选科室。",
            ),
            models.UniqueConstraint(
                fields=["plan_item"],
                condition=~Q(state="cancelled"),
                name="one_live_session_a_plan_item",
                violation_error_message="这个计划项已有一次学习活动。",
            ),
        ]
        indexes = [
            models.Index(fields=["starts_at", "ends_at"]),
            models.Index(fields=["state", "starts_at"]),
            models.Index(fields=["planned_on", "state"]),
        ]

    def __str__(self):
        return self.title

    def clean(self):
        if self.organised_by == Subject.BRANCH and not self.branch_id:
            raise ValidationError({"branch": "组织者是党支部，请选党支部。"})
        if self.organised_by == Subject.DEPARTMENT and not self.department_id:
            raise ValidationError({"department": "组织者是科室，请选科室或单位。"})

    @property
    def day(self):
        """The day in Shanghai on which it takes place."""
        return local_day(self.starts_at)

    @property
    def is_held(self) -> bool:
        return self.state == SessionState.HELD

    @property
    def is_to_come(self) -> bool:
        return self.state in (SessionState.PLANNED, SessionState.NOTIFIED, SessionState.POSTPONED)

    @property
    def is_moved(self) -> bool:
        return self.day != self.planned_on

    @property
    def organiser_name(self) -> str:
        return str(self.branch or self.department or "机关党委")

    @property
    def audience_name(self) -> str:
        """Who is meant, for people: 机关第一党支部党员."""
        return f"{self.branch or self.department or ''}{self.get_audience_display()}"

    @property
    def points(self) -> list[str]:
        return [line.strip() for line in self.key_points.splitlines() if line.strip()]


class SessionLecturer(models.Model):
    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="lecturers")
    staff = models.ForeignKey(
        StaffMember, verbose_name="本单位人员", null=True, blank=True, on_delete=models.PROTECT, related_name="lectures"
    )
    name = models.CharField("姓名", max_length=50)
    post = models.CharField("单位及职务", max_length=100, blank=True)
    position = models.PositiveSmallIntegerField("顺序", default=0)

    class Meta:
        verbose_name = "主讲人"
        verbose_name_plural = "主讲人"
        ordering = ["position", "id"]

    def __str__(self):
        return self.name


class SessionMaterial(models.Model):
    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="materials")
    page = models.ForeignKey(Page, verbose_name="学习资料", on_delete=models.CASCADE, related_name="studied_in")
    position = models.PositiveSmallIntegerField("顺序", default=0)

    class Meta:
        verbose_name = "学习材料"
        verbose_name_plural = "学习材料"
        ordering = ["position", "id"]
        constraints = [models.UniqueConstraint(fields=["session", "page"], name="one_material_a_session")]

    def __str__(self):
        return self.page.title


class SessionMove(models.Model):
    """A session that went to another time: from when, to when, why, by whom."""

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="moves")
    was_at = models.DateTimeField("原定时间")
    now_at = models.DateTimeField("改到")
    reason = models.CharField("原因", max_length=200)
    moved_at = models.DateTimeField("操作时间")
    moved_by = models.ForeignKey(settings.AUTH_USER_MODEL, verbose_name="操作人", null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        verbose_name = "顺延记录"
        verbose_name_plural = "顺延记录"
        ordering = ["moved_at", "id"]

    def __str__(self):
        return f"{self.was_at:%Y-%m-%d} → {self.now_at:%Y-%m-%d}"


def session_file_to(_file, filename):
    return random_name("sessions", filename)


class SessionFile(models.Model):
    """A photograph, a scan of the sign-in sheet, minutes: never a public address, served to whoever may see the session's record."""

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="files")
    kind = models.CharField("类别", max_length=16, choices=FileKind.choices, default=FileKind.PHOTO)
    file = models.FileField("文件", upload_to=session_file_to, storage=private_storage)
    original_name = models.CharField("原文件名", max_length=120, editable=False)
    sha256 = models.CharField("SHA-256", max_length=64, editable=False)
    caption = models.CharField("说明", max_length=100, blank=True)
    added_at = models.DateTimeField("上传时间")
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, verbose_name="上传人", null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        verbose_name = "活动文件"
        verbose_name_plural = "活动文件"
        ordering = ["kind", "id"]
        constraints = [models.UniqueConstraint(fields=["session", "sha256"], name="one_file_a_session")]

    def __str__(self):
        return self.caption or self.original_name


class CalendarToken(models.Model):
    """An address that a phone's calendar subscribes to. Whoever has it reads it, so it is secret, one for each purpose, and revocable."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, verbose_name="账号", on_delete=models.CASCADE, related_name="calendar_tokens")
    department = models.ForeignKey(
        Department,
        verbose_name="科室或单位",
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="+",
        help_text="为空是本人的日程。",
    )
    token = models.CharField(max_length=40, unique=True, default=new_secret, editable=False)
    created_at = models.DateTimeField("建立时间")
    revoked_at = models.DateTimeField("停用时间", null=True, blank=True)
    last_read_at = models.DateTimeField("上次读取", null=True, blank=True)

    class Meta:
        verbose_name = "日程订阅"
        verbose_name_plural = "日程订阅"
        ordering = ["-created_at"]

    def __str__(self):
        return f"{self.user} {self.department or '本人'}"
