"""Who was there: the frozen roster with a status each, corrections, leave, make-up."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from ...organisation.models import Department, PartyBranch, StaffMember
from ..choices import AttendanceStatus, LeaveKind, LeaveState, MakeUpState, RecordedBy
from ..querysets import AttendanceQuerySet, LeaveRequestQuerySet, MakeUpQuerySet
from .sessions import Session


class Attendance(models.Model):
    """应到名册 and 考勤 in one row: a person of the roster with unit and branch as they were when it was frozen.

    Somebody who belongs to the audience and was out (on long leave) has a row, too, with `is_expected` false and the reason: nobody is
    missing silently (R56).
    """

    session = models.ForeignKey(Session, verbose_name="学习活动", on_delete=models.PROTECT, related_name="attendances")
    staff = models.ForeignKey(StaffMember, verbose_name="人员", on_delete=models.PROTECT, related_name="attendances")
    department = models.ForeignKey(
        Department, verbose_name="当时的科室", null=True, blank=True, on_delete=models.PROTECT, related_name="attendances"
    )
    branch = models.ForeignKey(
        PartyBranch, verbose_name="当时的支部", null=True, blank=True, on_delete=models.PROTECT, related_name="attendances"
    )
    is_expected = models.BooleanField("应到", default=True)
    roster_reason = models.CharField("列入或不列入的原因", max_length=100, blank=True)
    status = models.CharField("状态", max_length=12, choices=AttendanceStatus.choices, default=AttendanceStatus.UNRECORDED)
    is_made_up = models.BooleanField("已补学", default=False)
    how = models.CharField("登记方式", max_length=12, choices=RecordedBy.choices, blank=True)
    recorded_at = models.DateTimeField("登记时间", null=True, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="登记人", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    objects = AttendanceQuerySet.as_manager()

    class Meta:
        verbose_name = "考勤"
        verbose_name_plural = "考勤"
        ordering = ["session", "department__position", "staff__sort_key", "id"]
        constraints = [
            models.UniqueConstraint(fields=["session", "staff"], name="one_attendance_a_person"),
            models.CheckConstraint(condition=Q(is_expected=True) | Q(status="unrecorded"), name="only_the_expected_attend"),
        ]
        indexes = [models.Index(fields=["staff", "session"]), models.Index(fields=["department", "session"])]

    def __str__(self):
        return f"{self.staff} {self.get_status_display()}"

    @property
    def status_label(self) -> str:
        return f"{self.get_status_display()}（已补学）" if self.is_made_up else self.get_status_display()


class AttendanceCorrection(models.Model):
    """A recorded status that was put right: what stood there before is kept."""

    attendance = models.ForeignKey(Attendance, on_delete=models.PROTECT, related_name="corrections")
    was = models.CharField("原状态", max_length=12, choices=AttendanceStatus.choices)
    now = models.CharField("改为", max_length=12, choices=AttendanceStatus.choices)
    reason = models.CharField("原因", max_length=200)
    corrected_at = models.DateTimeField("更正时间")
    corrected_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="更正人", null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        verbose_name = "考勤更正"
        verbose_name_plural = "考勤更正"
        ordering = ["corrected_at", "id"]
        constraints = [
            models.CheckConstraint(condition=~Q(was=F("now")), name="correction_changes_something"),
            models.CheckConstraint(condition=~Q(reason=""), name="correction_has_reason"),
        ]

    def __str__(self):
        return f"{self.get_was_display()} → {self.get_now_display()}"


class LeaveRequest(models.Model):
    """请假."""

    session = models.ForeignKey(Session, verbose_name="学习活动", on_delete=models.PROTECT, related_name="leave_requests")
    staff = models.ForeignKey(StaffMember, verbose_name="人员", on_delete=models.PROTECT, related_name="leave_requests")
    kind = models.CharField("类别", max_length=12, choices=LeaveKind.choices)
    reason = models.CharField("事由", max_length=200)
    asked_at = models.DateTimeField("申请时间")
    state = models.CharField("状态", max_length=12, choices=LeaveState.choices, default=LeaveState.WAITING)
    decided_at = models.DateTimeField("审批时间", null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="审批人", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    decision_note = models.CharField("审批意见", max_length=200, blank=True)

    objects = LeaveRequestQuerySet.as_manager()

    class Meta:
        verbose_name = "请假"
        verbose_name_plural = "请假"
        ordering = ["-asked_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["session", "staff"],
                condition=Q(state__in=["waiting", "approved"]),
                name="one_open_leave_request",
                violation_error_message="这次活动已请过假。",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="leave_has_reason"),
        ]
        indexes = [models.Index(fields=["state", "staff"])]

    def __str__(self):
        return f"{self.staff} {self.get_kind_display()}"

    @property
    def is_waiting(self) -> bool:
        return self.state == LeaveState.WAITING


class MakeUp(models.Model):
    """补学: opened by an approved leave or an absence, closed by a checked note."""

    session = models.ForeignKey(Session, verbose_name="学习活动", on_delete=models.PROTECT, related_name="make_ups")
    staff = models.ForeignKey(StaffMember, verbose_name="人员", on_delete=models.PROTECT, related_name="make_ups")
    due_on = models.DateField("补学期限")
    state = models.CharField("状态", max_length=12, choices=MakeUpState.choices, default=MakeUpState.OPEN)
    materials_read_at = models.DateTimeField("材料已读时间", null=True, blank=True)
    note = models.TextField("补学体会", max_length=2000, blank=True)
    submitted_at = models.DateTimeField("提交时间", null=True, blank=True)
    checked_at = models.DateTimeField("核对时间", null=True, blank=True)
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="核对人", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    check_note = models.CharField("核对意见", max_length=200, blank=True)

    objects = MakeUpQuerySet.as_manager()

    class Meta:
        verbose_name = "补学"
        verbose_name_plural = "补学"
        ordering = ["due_on", "id"]
        constraints = [
            models.UniqueConstraint(fields=["session", "staff"], name="one_make_up_a_person"),
            models.CheckConstraint(condition=~Q(state="submitted") | ~Q(note=""), name="submitted_make_up_has_note"),
        ]
        indexes = [models.Index(fields=["state", "due_on"])]

    def __str__(self):
        return f"{self.staff} {self.get_state_display()}"

    @property
    def is_owed(self) -> bool:
        """Whether the person has to do something."""
        return self.state in (MakeUpState.OPEN, MakeUpState.RETURNED)

    @property
    def is_ready(self) -> bool:
        """Whether it can be done: the session was held, its materials are there."""
        return self.is_owed and self.session.roll_completed_at is not None
