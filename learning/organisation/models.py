"""Who is who, and since when: departments, branches, people, their dated postings and offices (R48, R64)."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q

from .querysets import (
    AbsenceQuerySet,
    BranchMembershipQuerySet,
    DepartmentQuerySet,
    LeadingGroupOfficeQuerySet,
    PostingQuerySet,
    StaffMemberQuerySet,
)

SAME_NAME = "同一上级下已有同名科室或单位。"
ENDS_AFTER_START = Q(ended_on__isnull=True) | Q(ended_on__gte=F("started_on"))


class Department(models.Model):
    """A 科室 of the organ or a directly attached unit (局属单位); a tree of at most `MAX_DEPTH` levels."""

    MAX_DEPTH = 4

    class Kind(models.TextChoices):
        BUREAU = "bureau", "局机关"
        SECTION = "section", "机关科室"
        UNIT = "unit", "局属单位"
        OTHER = "other", "其他"

    name = models.CharField("名称", max_length=60)
    short_name = models.CharField("简称", max_length=20, blank=True)
    kind = models.CharField("类别", max_length=12, choices=Kind.choices, default=Kind.SECTION)
    parent = models.ForeignKey("self", verbose_name="上级", null=True, blank=True, on_delete=models.PROTECT, related_name="children")
    position = models.PositiveSmallIntegerField("顺序", default=0)
    closed_on = models.DateField("撤销日期", null=True, blank=True, help_text="撤销的科室不删除，历史记录仍归它。")

    objects = DepartmentQuerySet.as_manager()

    class Meta:
        verbose_name = "科室与单位"
        verbose_name_plural = "科室与单位"
        ordering = ["position", "name"]
        constraints = [
            models.UniqueConstraint(fields=["parent", "name"], name="unique_department_in_parent", violation_error_message=SAME_NAME),
            models.UniqueConstraint(
                fields=["name"], condition=Q(parent__isnull=True), name="unique_top_department", violation_error_message=SAME_NAME
            ),
            models.CheckConstraint(
                condition=~Q(parent=F("id")), name="department_not_own_parent", violation_error_message="上级不能是自己。"
            ),
        ]

    def __str__(self):
        return self.name

    def clean(self):
        seen, above = {self.pk}, self.parent
        for _level in range(self.MAX_DEPTH):
            if above is None:
                return
            if above.pk in seen:
                raise ValidationError({"parent": "上级不能是自己，也不能是自己的下级。"})
            seen.add(above.pk)
            above = above.parent
        raise ValidationError({"parent": f"层级太深：最多 {self.MAX_DEPTH} 级。"})


class PartyBranch(models.Model):
    """A 党支部 (or the 党总支 above it)."""

    name = models.CharField("名称", max_length=60, unique=True)
    parent = models.ForeignKey("self", verbose_name="上级党组织", null=True, blank=True, on_delete=models.PROTECT, related_name="children")
    position = models.PositiveSmallIntegerField("顺序", default=0)
    closed_on = models.DateField("撤销日期", null=True, blank=True)

    class Meta:
        verbose_name = "党支部"
        verbose_name_plural = "党支部"
        ordering = ["position", "name"]
        constraints = [
            models.CheckConstraint(condition=~Q(parent=F("id")), name="branch_not_own_parent", violation_error_message="上级不能是自己。")
        ]

    def __str__(self):
        return self.name


class StaffMember(models.Model):
    """A person of the organ or an attached unit. Department and branch are never on the person: ask for them as of a date."""

    name = models.CharField("姓名", max_length=50)
    employee_number = models.CharField("工号", max_length=20, blank=True, help_text="单位内部编号；不填身份证号。")
    sort_key = models.CharField("拼音", max_length=120, blank=True, editable=False, db_index=True)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, verbose_name="登录账号", null=True, blank=True, on_delete=models.SET_NULL, related_name="staff_member"
    )
    left_on = models.DateField("离开单位日期", null=True, blank=True)
    note = models.CharField("备注", max_length=200, blank=True, help_text="同名的人在这里写明区别，例如“基教科，1975 年生”。")

    objects = StaffMemberQuerySet.as_manager()

    class Meta:
        verbose_name = "人员"
        verbose_name_plural = "人员"
        ordering = ["sort_key", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["employee_number"],
                condition=~Q(employee_number=""),
                name="unique_employee_number",
                violation_error_message="这个工号已有人使用。",
            ),
            models.CheckConstraint(condition=~Q(name=""), name="staff_name_not_empty"),
        ]

    def __str__(self):
        return self.name

    def has_left(self, day) -> bool:
        """Whether `day` is after the last day at the bureau."""
        return self.left_on is not None and self.left_on < day


class Posting(models.Model):
    """任职: one person in one department from a day to a day, both included; an open end means "until further notice"."""

    staff = models.ForeignKey(StaffMember, verbose_name="人员", on_delete=models.PROTECT, related_name="postings")
    department = models.ForeignKey(Department, verbose_name="科室或单位", on_delete=models.PROTECT, related_name="postings")
    title = models.CharField("职务", max_length=60, blank=True)
    is_head = models.BooleanField("科室（单位）负责人", default=False)
    is_primary = models.BooleanField("主要任职", default=True, help_text="借调、兼职等不勾；人员按主要任职计入科室。")
    started_on = models.DateField("起始日期")
    ended_on = models.DateField("结束日期（含）", null=True, blank=True)

    objects = PostingQuerySet.as_manager()

    class Meta:
        verbose_name = "任职"
        verbose_name_plural = "任职"
        ordering = ["-started_on", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=ENDS_AFTER_START, name="posting_ends_after_start", violation_error_message="结束日期早于起始日期。"
            ),
            models.UniqueConstraint(
                fields=["staff"],
                condition=Q(is_primary=True, ended_on__isnull=True),
                name="one_open_primary_posting",
                violation_error_message="此人已有一个未结束的主要任职，请先填它的结束日期。",
            ),
            models.UniqueConstraint(
                fields=["staff", "department", "started_on"],
                name="unique_posting_start",
                violation_error_message="此人同日在同一科室已有任职。",
            ),
        ]
        indexes = [models.Index(fields=["department", "started_on", "ended_on"]), models.Index(fields=["staff", "started_on", "ended_on"])]

    def __str__(self):
        return f"{self.staff} {self.department} {self.started_on:%Y-%m-%d}"

    def clean(self):
        if not (self.is_primary and self.staff_id and self.started_on):
            return
        overlapping = Posting.objects.primary().overlapping(self.started_on, self.ended_on).filter(staff=self.staff_id).exclude(pk=self.pk)
        if other := overlapping.select_related("department").first():
            raise ValidationError(f"与已有的主要任职重叠：{other.department}，自 {other.started_on:%Y-%m-%d} 起。请先填它的结束日期。")


class BranchMembership(models.Model):
    """A party member's branch from a day to a day, both included."""

    class Role(models.TextChoices):
        MEMBER = "member", "党员"
        COMMITTEE = "committee", "支部委员"
        SECRETARY = "secretary", "支部书记"

    staff = models.ForeignKey(StaffMember, verbose_name="人员", on_delete=models.PROTECT, related_name="branch_memberships")
    branch = models.ForeignKey(PartyBranch, verbose_name="党支部", on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField("身份", max_length=12, choices=Role.choices, default=Role.MEMBER)
    started_on = models.DateField("起始日期")
    ended_on = models.DateField("结束日期（含）", null=True, blank=True)

    objects = BranchMembershipQuerySet.as_manager()

    class Meta:
        verbose_name = "组织关系"
        verbose_name_plural = "组织关系"
        ordering = ["-started_on", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=ENDS_AFTER_START, name="membership_ends_after_start", violation_error_message="结束日期早于起始日期。"
            ),
            models.UniqueConstraint(
                fields=["staff"],
                condition=Q(ended_on__isnull=True),
                name="one_open_branch_membership",
                violation_error_message="此人已在一个支部，请先填它的结束日期。",
            ),
        ]
        indexes = [models.Index(fields=["branch", "started_on", "ended_on"])]

    def __str__(self):
        return f"{self.staff} {self.branch} {self.started_on:%Y-%m-%d}"

    def clean(self):
        if not (self.staff_id and self.started_on):
            return
        overlapping = BranchMembership.objects.overlapping(self.started_on, self.ended_on).filter(staff=self.staff_id).exclude(pk=self.pk)
        if other := overlapping.select_related("branch").first():
            raise ValidationError(f"与已有的组织关系重叠：{other.branch}，自 {other.started_on:%Y-%m-%d} 起。请先填它的结束日期。")


class Absence(models.Model):
    """长期不在岗: long leave or secondment, both days included. Whoever is away is not expected at a session, and the roster says why."""

    class Kind(models.TextChoices):
        SICK = "sick", "长期病假"
        PARENTAL = "parental", "产假、育儿假"
        SECONDED = "seconded", "借调、挂职外出"
        TRAINING = "training", "脱产学习"
        VILLAGE = "village", "驻村"
        OTHER = "other", "其他"

    staff = models.ForeignKey(StaffMember, verbose_name="人员", on_delete=models.PROTECT, related_name="absences")
    kind = models.CharField("类别", max_length=12, choices=Kind.choices)
    started_on = models.DateField("起始日期")
    ended_on = models.DateField("结束日期（含）", null=True, blank=True)
    note = models.CharField("备注", max_length=100, blank=True, help_text="不写病情。")

    objects = AbsenceQuerySet.as_manager()

    class Meta:
        verbose_name = "长期不在岗"
        verbose_name_plural = "长期不在岗"
        ordering = ["-started_on", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=ENDS_AFTER_START, name="absence_ends_after_start", violation_error_message="结束日期早于起始日期。"
            ),
        ]
        indexes = [models.Index(fields=["staff", "started_on", "ended_on"])]

    def __str__(self):
        return f"{self.staff} {self.get_kind_display()}"

    def clean(self):
        if not (self.staff_id and self.started_on):
            return
        overlapping = Absence.objects.overlapping(self.started_on, self.ended_on).filter(staff=self.staff_id).exclude(pk=self.pk)
        if other := overlapping.first():
            raise ValidationError(f"与已登记的{other.get_kind_display()}重叠（自 {other.started_on:%Y-%m-%d} 起）。请先改它的结束日期。")


class LeadingGroup(models.Model):
    """领导小组 of section 五 of the notice."""

    name = models.CharField("名称", max_length=60, unique=True)
    basis = models.CharField("成立依据", max_length=200, blank=True)

    class Meta:
        verbose_name = "领导小组"
        verbose_name_plural = "领导小组"
        ordering = ["name"]

    def __str__(self):
        return self.name


class LeadingGroupOffice(models.Model):
    """A dated office in the leading group (R48); a change of office ends one row and begins another, history stays."""

    class Role(models.TextChoices):
        LEADER = "leader", "组长"
        DEPUTY = "deputy", "副组长"
        MEMBER = "member", "成员"
        OFFICE_DIRECTOR = "office_director", "办公室主任"
        DAILY_WORK = "daily_work", "日常工作负责人"

    group = models.ForeignKey(LeadingGroup, verbose_name="领导小组", on_delete=models.PROTECT, related_name="offices")
    staff = models.ForeignKey(StaffMember, verbose_name="人员", on_delete=models.PROTECT, related_name="leading_offices")
    role = models.CharField("职责", max_length=16, choices=Role.choices)
    post = models.CharField("时任职务", max_length=60, blank=True)
    started_on = models.DateField("起始日期")
    ended_on = models.DateField("结束日期（含）", null=True, blank=True)

    objects = LeadingGroupOfficeQuerySet.as_manager()

    class Meta:
        verbose_name = "领导小组任职"
        verbose_name_plural = "领导小组任职"
        ordering = ["group", "started_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=ENDS_AFTER_START, name="office_ends_after_start", violation_error_message="结束日期早于起始日期。"
            ),
            models.UniqueConstraint(
                fields=["group", "role"],
                condition=Q(ended_on__isnull=True, role__in=["leader", "office_director", "daily_work"]),
                name="one_current_holder_of_single_office",
                violation_error_message="这一职责已有现任，请先填其结束日期。",
            ),
        ]

    def __str__(self):
        return f"{self.group} {self.get_role_display()} {self.staff}"
