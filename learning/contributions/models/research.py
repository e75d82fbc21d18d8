"""调研报告: from the declared topic to what came of it (product.md §3.2, R42), and the judging that finds the best (A7)."""

import uuid

from django.conf import settings
from django.contrib.contenttypes.fields import GenericRelation
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from wagtail.models import RevisionMixin

from cms.files.storage import private_storage

from ...judging.models import AbstractBallot, AbstractBallotLine, AbstractEntry, AbstractJudge, AbstractJudging, AbstractRubricLine
from ...organisation.models import Department, StaffMember
from ..choices import FileKind, Level, OutcomeKind, ResearchState
from ..querysets import ResearchReportQuerySet
from .articles import article_file_to
from .placements import Placement

USER = settings.AUTH_USER_MODEL


class ResearchReport(RevisionMixin, models.Model):
    """One piece of research of a department in a year. The dates say how far it is: declared, approved, handed in; what came of it stands in
    `ResearchOutcome`, where it was judged in `ResearchEntry`."""

    token = models.UUIDField("表单标识", default=uuid.uuid4, unique=True, editable=False)
    year = models.PositiveSmallIntegerField("年度", validators=[MinValueValidator(2000), MaxValueValidator(2100)])
    department = models.ForeignKey(Department, verbose_name="科室（单位）", on_delete=models.PROTECT, related_name="research_reports")
    title = models.CharField("选题", max_length=120)
    purpose = models.TextField("为什么调研", max_length=1000)
    linked_work = models.CharField("对应的工作任务", max_length=200, blank=True)
    state = models.CharField("状态", max_length=12, choices=ResearchState.choices, default=ResearchState.DECLARED)
    declared_on = models.DateField("申报日期")
    declared_by = models.ForeignKey(StaffMember, verbose_name="申报人", on_delete=models.PROTECT, related_name="declared_research")
    decided_on = models.DateField("批准日期", null=True, blank=True)
    decided_by = models.ForeignKey(USER, verbose_name="批准人", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    decision_note = models.CharField("批准意见", max_length=300, blank=True)

    method = models.CharField("调研方法", max_length=200, blank=True)
    interviewees = models.PositiveSmallIntegerField("访谈人数", null=True, blank=True)
    abstract = models.TextField("摘要", max_length=1000, blank=True)
    body = models.TextField("报告正文", max_length=60_000, blank=True)
    problem = models.TextField("问题", max_length=2000, blank=True)
    cause = models.TextField("原因", max_length=2000, blank=True)
    proposal = models.TextField("建议", max_length=2000, blank=True)
    characters = models.PositiveIntegerField("字数", default=0, editable=False)
    secrecy_checked_by = models.CharField("保密审查人", max_length=50, blank=True)
    secrecy_checked_on = models.DateField("保密审查日期", null=True, blank=True)
    handed_in_on = models.DateField("提交日期", null=True, blank=True)

    version = models.PositiveIntegerField(default=1, editable=False)
    saved_at = models.DateTimeField("保存时间")
    created_by = models.ForeignKey(USER, verbose_name="建立人", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    revisions = GenericRelation("wagtailcore.Revision", content_type_field="base_content_type", object_id_field="object_id")

    objects = ResearchReportQuerySet.as_manager()

    class Meta:
        verbose_name = "调研报告"
        verbose_name_plural = "调研报告"
        ordering = ["-year", "department__position", "id"]
        constraints = [
            models.CheckConstraint(condition=~Q(title=""), name="research_has_a_topic"),
            models.UniqueConstraint(
                fields=["year", "department", "title"],
                name="one_research_topic_a_year",
                violation_error_message="这个科室本年度已申报过同名的选题。",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["declared", "withdrawn"]) | Q(decided_on__isnull=False), name="decided_research_has_its_day"
            ),
            models.CheckConstraint(
                condition=Q(state="handed_in", handed_in_on__isnull=False) | ~Q(state="handed_in"), name="handed_in_research_has_its_day"
            ),
            models.CheckConstraint(
                condition=Q(handed_in_on__isnull=True) | Q(handed_in_on__gte=models.F("declared_on")),
                name="research_is_declared_first",
                violation_error_message="提交日期早于申报日期。",
            ),
        ]
        indexes = [models.Index(fields=["year", "department", "state"]), models.Index(fields=["handed_in_on"])]

    def __str__(self):
        return self.title


class ResearchMember(models.Model):
    """The team, the first one leads it. `department` is theirs when they joined."""

    report = models.ForeignKey(ResearchReport, on_delete=models.CASCADE, related_name="members")
    staff = models.ForeignKey(StaffMember, verbose_name="成员", on_delete=models.PROTECT, related_name="research_memberships")
    department = models.ForeignKey(Department, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField("顺序", default=0)

    class Meta:
        verbose_name = "调研组成员"
        verbose_name_plural = "调研组成员"
        ordering = ["report", "position", "id"]
        constraints = [models.UniqueConstraint(fields=["report", "staff"], name="one_membership_a_report")]

    def __str__(self):
        return str(self.staff)


class FieldVisit(models.Model):
    """实地调研: days and place."""

    report = models.ForeignKey(ResearchReport, on_delete=models.CASCADE, related_name="visits")
    began_on = models.DateField("开始日期")
    ended_on = models.DateField("结束日期")
    place = models.CharField("地点", max_length=100)
    note = models.CharField("内容", max_length=200, blank=True)

    class Meta:
        verbose_name = "实地调研"
        verbose_name_plural = "实地调研"
        ordering = ["report", "began_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_on__gte=models.F("began_on")),
                name="visit_ends_after_start",
                violation_error_message="结束日期早于开始日期。",
            )
        ]

    def __str__(self):
        return f"{self.place} {self.began_on:%Y-%m-%d}"


class ResearchFile(models.Model):
    """The report as a file (`is_report`), or an attachment: read by whoever may read the report."""

    report = models.ForeignKey(ResearchReport, on_delete=models.CASCADE, related_name="files")
    kind = models.CharField("类别", max_length=12, choices=FileKind.choices, default=FileKind.DOCUMENT)
    is_report = models.BooleanField("报告全文", default=False)
    file = models.FileField("文件", upload_to=article_file_to, storage=private_storage)
    original_name = models.CharField("原文件名", max_length=120, editable=False)
    sha256 = models.CharField("SHA-256", max_length=64, editable=False)
    added_at = models.DateTimeField("上传时间")

    class Meta:
        verbose_name = "调研附件"
        verbose_name_plural = "调研附件"
        ordering = ["-is_report", "id"]
        constraints = [models.UniqueConstraint(fields=["report", "sha256"], name="one_research_file_a_report")]

    def __str__(self):
        return self.original_name


class ResearchOutcome(models.Model):
    """成果: sent up, published, endorsed, or turned into a document or a measure. What changed at work is a 收获运用 of the team (R14)."""

    report = models.ForeignKey(ResearchReport, on_delete=models.CASCADE, related_name="outcomes")
    kind = models.CharField("去向", max_length=12, choices=OutcomeKind.choices)
    happened_on = models.DateField("日期")
    level = models.CharField("级别", max_length=12, choices=Level.choices, blank=True)
    receiver = models.CharField("报给谁、谁批示或哪份文件", max_length=120)
    change = models.TextField("工作上有什么改变", max_length=1000, blank=True)
    placement = models.ForeignKey(
        Placement, verbose_name="刊发记录", null=True, blank=True, on_delete=models.SET_NULL, related_name="research_outcomes"
    )
    entered_at = models.DateTimeField("登记时间")
    entered_by = models.ForeignKey(USER, verbose_name="登记人", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        verbose_name = "调研成果去向"
        verbose_name_plural = "调研成果去向"
        ordering = ["report", "happened_on", "id"]
        constraints = [
            models.CheckConstraint(condition=~Q(kind="endorsed") | ~Q(level=""), name="endorsed_research_has_its_level"),
            models.CheckConstraint(
                condition=~Q(kind="converted") | ~Q(change=""),
                name="converted_research_says_what_changed",
                violation_error_message="请写明工作上有什么改变。",
            ),
        ]
        indexes = [models.Index(fields=["happened_on"])]

    def __str__(self):
        return f"{self.get_kind_display()} {self.happened_on:%Y-%m-%d}"


class ResearchJudging(AbstractJudging):
    """The judging of a year's reports: the first `places` are the year's best. Closed, its order is total: no two share the last place."""

    year = models.PositiveSmallIntegerField("年度", unique=True)
    places = models.PositiveSmallIntegerField("评出篇数", default=5, validators=[MinValueValidator(1), MaxValueValidator(50)])

    class Meta:
        verbose_name = "优质调研报告评审"
        verbose_name_plural = "优质调研报告评审"
        ordering = ["-year"]

    def __str__(self):
        return f"{self.year}年优质调研报告评审"


class ResearchRubricLine(AbstractRubricLine):
    judging = models.ForeignKey(ResearchJudging, on_delete=models.CASCADE, related_name="rubric")

    class Meta(AbstractRubricLine.Meta):
        verbose_name = "评审项"
        verbose_name_plural = "评审项"
        constraints = [models.UniqueConstraint(fields=["judging", "name"], name="one_research_rubric_line_a_name")]


class ResearchJudge(AbstractJudge):
    judging = models.ForeignKey(ResearchJudging, on_delete=models.CASCADE, related_name="judges")

    class Meta(AbstractJudge.Meta):
        verbose_name = "调研评委"
        verbose_name_plural = "调研评委"
        constraints = [models.UniqueConstraint(fields=["judging", "staff"], name="one_research_judgeship_a_person")]


class ResearchEntry(AbstractEntry):
    judging = models.ForeignKey(ResearchJudging, on_delete=models.CASCADE, related_name="entries")
    report = models.ForeignKey(ResearchReport, on_delete=models.PROTECT, related_name="entries")
    is_best = models.BooleanField("优质调研报告", default=False)

    class Meta(AbstractEntry.Meta):
        verbose_name = "参评报告"
        verbose_name_plural = "参评报告"
        constraints = [
            models.UniqueConstraint(fields=["judging", "number"], name="one_research_entry_a_number"),
            models.UniqueConstraint(fields=["judging", "report"], name="one_research_entry_a_report"),
        ]


class ResearchBallot(AbstractBallot):
    entry = models.ForeignKey(ResearchEntry, on_delete=models.CASCADE, related_name="ballots")
    judge = models.ForeignKey(ResearchJudge, on_delete=models.CASCADE, related_name="ballots")

    class Meta(AbstractBallot.Meta):
        verbose_name = "调研评分票"
        verbose_name_plural = "调研评分票"
        constraints = [models.UniqueConstraint(fields=["entry", "judge"], name="one_research_ballot_a_judge")]


class ResearchBallotLine(AbstractBallotLine):
    ballot = models.ForeignKey(ResearchBallot, on_delete=models.CASCADE, related_name="lines")
    line = models.ForeignKey(ResearchRubricLine, on_delete=models.PROTECT, related_name="+")

    class Meta(AbstractBallotLine.Meta):
        verbose_name = "调研单项得分"
        verbose_name_plural = "调研单项得分"
        constraints = [
            models.UniqueConstraint(fields=["ballot", "line"], name="one_research_score_a_line"),
            models.CheckConstraint(
                condition=Q(points__gte=0), name="research_score_not_negative", violation_error_message="得分不能为负。"
            ),
        ]
