"""五有档案 (R12, R13): what the system cannot know of a person's year. The five cells are never stored: they are computed until the year is
locked, and read from the lock's snapshot from then on."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from ...organisation.models import Department, StaffMember
from ..choices import LockOrigin, LookRole, PlanState, State, StatementState
from ..querysets import FileLockQuerySet, FiveHavesFileQuerySet

USER = settings.AUTH_USER_MODEL
YEAR = [MinValueValidator(2000), MaxValueValidator(2100)]
STATES = [(state.key, state.label) for state in State]


class FiveHavesFile(models.Model):
    """Staff × year. Nobody creates it: `portfolio.open_files` makes the rows of everybody in scope, and the pages need none to be there."""

    year = models.PositiveSmallIntegerField("年度", validators=YEAR)
    staff = models.ForeignKey(StaffMember, verbose_name="人员", on_delete=models.PROTECT, related_name="five_haves_files")
    notes_on_paper_on = models.DateField(
        "纸质笔记登记日期", null=True, blank=True, help_text="本人说明笔记记在纸上的那一天；不看内容，不计篇数。"
    )
    confirmed_at = models.DateTimeField("确认时间", null=True, blank=True)
    confirmed_by = models.ForeignKey(USER, verbose_name="确认人", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    confirmed_by_name = models.CharField("确认人姓名", max_length=50, blank=True)
    confirm_note = models.CharField("确认意见", max_length=300, blank=True)
    confirmed_sha256 = models.CharField("确认时内容的 SHA-256", max_length=64, blank=True)

    objects = FiveHavesFileQuerySet.as_manager()

    class Meta:
        verbose_name = "五有档案"
        verbose_name_plural = "五有档案"
        ordering = ["-year", "staff__sort_key", "staff"]
        constraints = [
            models.UniqueConstraint(fields=["year", "staff"], name="one_file_a_person_and_year"),
            models.CheckConstraint(
                condition=Q(confirmed_at__isnull=True, confirmed_sha256="") | (Q(confirmed_at__isnull=False) & ~Q(confirmed_sha256="")),
                name="confirmed_file_says_what_was_confirmed",
            ),
        ]

    def __str__(self):
        return f"{self.staff}{self.year}年五有档案"


class FileLock(models.Model):
    """年度锁定: the canonical snapshot and its SHA-256. Reopened, the row stays with the reason; a file that was read back has nothing but this."""

    file = models.ForeignKey(FiveHavesFile, verbose_name="档案", on_delete=models.PROTECT, related_name="locks")
    origin = models.CharField("来历", max_length=12, choices=LockOrigin.choices, default=LockOrigin.LOCKED)
    locked_at = models.DateTimeField("锁定时间")
    locked_by = models.ForeignKey(USER, verbose_name="锁定人", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    locked_by_name = models.CharField("锁定人姓名", max_length=50, blank=True)
    snapshot = models.TextField("快照")
    sha256 = models.CharField("SHA-256", max_length=64)
    # The state of each cell in the snapshot, so that whoever counts people need not read it; in the order of `Have`.
    cell_plan = models.CharField("有学习规划", max_length=12, choices=STATES, blank=True)
    cell_note = models.CharField("有学习笔记", max_length=12, choices=STATES, blank=True)
    cell_reflection = models.CharField("有心得体会", max_length=12, choices=STATES, blank=True)
    cell_research = models.CharField("有调研成果", max_length=12, choices=STATES, blank=True)
    cell_application = models.CharField("有收获运用", max_length=12, choices=STATES, blank=True)
    reopened_at = models.DateTimeField("重开时间", null=True, blank=True)
    reopened_by = models.ForeignKey(USER, verbose_name="重开人", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    reopened_by_name = models.CharField("重开人姓名", max_length=50, blank=True)
    reopen_reason = models.CharField("重开原因", max_length=300, blank=True)

    objects = FileLockQuerySet.as_manager()

    class Meta:
        verbose_name = "档案锁定"
        verbose_name_plural = "档案锁定"
        ordering = ["-locked_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["file"], condition=Q(reopened_at__isnull=True), name="one_lock_in_force_a_file"),
            models.CheckConstraint(
                condition=Q(reopened_at__isnull=True, reopen_reason="") | (Q(reopened_at__isnull=False) & ~Q(reopen_reason="")),
                name="reopened_lock_has_its_reason",
                violation_error_message="请写明重开的原因。",
            ),
            models.CheckConstraint(condition=~Q(snapshot=""), name="lock_keeps_a_snapshot"),
        ]

    def __str__(self):
        return f"{self.file} {self.sha256[:8]}"


class FileLook(models.Model):
    """Who looked at somebody else's file, once a day each; the owner sees these. Without a row of today nobody but the owner sees the file."""

    year = models.PositiveSmallIntegerField("年度")
    staff = models.ForeignKey(StaffMember, verbose_name="档案本人", on_delete=models.PROTECT, related_name="file_looks")
    by = models.ForeignKey(USER, verbose_name="查看人", null=True, on_delete=models.SET_NULL, related_name="+")
    by_name = models.CharField("查看人姓名", max_length=50)
    role = models.CharField("身份", max_length=12, choices=LookRole.choices)
    looked_on = models.DateField("日期")
    looked_at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "档案查看记录"
        verbose_name_plural = "档案查看记录"
        ordering = ["-looked_at", "-id"]
        constraints = [models.UniqueConstraint(fields=["staff", "year", "by", "looked_on"], name="one_look_a_day")]

    def __str__(self):
        return f"{self.by_name} {self.looked_on:%Y-%m-%d}"


class StudyPlan(models.Model):
    """学习规划: one page, handed in by the person, approved by the head."""

    file = models.OneToOneField(FiveHavesFile, verbose_name="档案", on_delete=models.CASCADE, related_name="plan")
    goals = models.TextField("今年要学会什么", max_length=600)
    books = models.TextField("打算读的书", max_length=400, blank=True)
    topics = models.TextField("结合工作研究的问题", max_length=400, blank=True)
    schedule = models.TextField("时间安排", max_length=400, blank=True)
    state = models.CharField("状态", max_length=12, choices=PlanState.choices, default=PlanState.DRAFT)
    handed_in_at = models.DateTimeField("提交时间", null=True, blank=True)
    decided_at = models.DateTimeField("批复时间", null=True, blank=True)
    decided_by = models.ForeignKey(USER, verbose_name="批复人", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    decided_by_name = models.CharField("批复人姓名", max_length=50, blank=True)
    decision_note = models.CharField("批复意见", max_length=300, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    saved_at = models.DateTimeField("保存时间")

    class Meta:
        verbose_name = "学习规划"
        verbose_name_plural = "学习规划"
        constraints = [
            models.CheckConstraint(condition=Q(state="draft") | Q(handed_in_at__isnull=False), name="plan_in_hand_has_its_time"),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "handed_in"]) | Q(decided_at__isnull=False), name="decided_plan_has_its_time"
            ),
            models.CheckConstraint(condition=Q(state="draft") | ~Q(goals=""), name="plan_has_goals"),
        ]

    def __str__(self):
        return f"{self.file.staff}{self.file.year}年学习规划"


class StudyStatement(models.Model):
    """述学 of a person (R49): drafted from the file, edited, handed in."""

    file = models.OneToOneField(FiveHavesFile, verbose_name="档案", on_delete=models.CASCADE, related_name="statement")
    text = models.TextField("述学报告", max_length=8000)
    state = models.CharField("状态", max_length=12, choices=StatementState.choices, default=StatementState.DRAFT)
    handed_in_at = models.DateTimeField("提交时间", null=True, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    saved_at = models.DateTimeField("保存时间")

    class Meta:
        verbose_name = "述学报告"
        verbose_name_plural = "述学报告"
        constraints = [
            models.CheckConstraint(
                condition=Q(state="draft", handed_in_at__isnull=True) | (Q(state="handed_in", handed_in_at__isnull=False) & ~Q(text="")),
                name="statement_handed_in_has_its_time",
            )
        ]

    def __str__(self):
        return f"{self.file.staff}{self.file.year}年述学报告"


class DepartmentStatement(models.Model):
    """述学 of a department (R49), given by its head."""

    year = models.PositiveSmallIntegerField("年度", validators=YEAR)
    department = models.ForeignKey(Department, verbose_name="科室（单位）", on_delete=models.PROTECT, related_name="statements")
    text = models.TextField("述学报告", max_length=8000)
    state = models.CharField("状态", max_length=12, choices=StatementState.choices, default=StatementState.DRAFT)
    given_by = models.ForeignKey(StaffMember, verbose_name="述学人", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    handed_in_at = models.DateTimeField("提交时间", null=True, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    saved_at = models.DateTimeField("保存时间")

    class Meta:
        verbose_name = "科室述学报告"
        verbose_name_plural = "科室述学报告"
        ordering = ["-year", "department__position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["year", "department"], name="one_statement_a_department_and_year"),
            models.CheckConstraint(
                condition=Q(state="draft", handed_in_at__isnull=True) | (Q(state="handed_in", handed_in_at__isnull=False) & ~Q(text="")),
                name="department_statement_handed_in_has_its_time",
            ),
        ]

    def __str__(self):
        return f"{self.department}{self.year}年述学报告"
