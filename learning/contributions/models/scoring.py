"""Rules as dated data, and the ledger that is made by them. Nobody's weights are in the code (A5); the arithmetic is in `engine.py`."""

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from wagtail.models import Orderable

from ...organisation.models import Department, StaffMember
from ...programme.choices import Use
from ..choices import (
    BulletinKind,
    CapPer,
    Dedupe,
    Effect,
    EventKind,
    Holder,
    Level,
    Medium,
    Originality,
    Picture,
    Position,
    QuotaCounts,
    QuotaPer,
    RuleSetState,
    Share,
    WeightClass,
)
from ..points import PointsField
from ..querysets import RuleSetQuerySet, ScoreLineQuerySet, ScoreShareQuerySet
from .articles import CreditableEvent, MediaArticle
from .outlets import Outlet
from .placements import Placement

USER = settings.AUTH_USER_MODEL


class RuleSet(ClusterableModel):
    """A version of the scoring rules. Once it is active its lines never change: what changes is a new version from a later day.

    `effective_until` of an active set is filled when the next one begins. Active sets never overlap (`services/rules.py`).
    """

    name = models.CharField("名称", max_length=60)
    state = models.CharField("状态", max_length=8, choices=RuleSetState.choices, default=RuleSetState.DRAFT)
    is_sample = models.BooleanField("示例", default=False, help_text="分值是示例，不是本单位的规定。")
    effective_from = models.DateField("生效日期")
    effective_until = models.DateField("失效日期（含）", null=True, blank=True)
    basis = models.CharField("依据", max_length=200)
    use = models.CharField("用途", max_length=12, choices=Use.choices, default=Use.DISPLAY)
    audience = models.JSONField("参加排名的科室类别", default=list, blank=True, help_text="不勾选则所有科室（单位）都参加。")
    dedupe = models.CharField("一稿多用", max_length=12, choices=Dedupe.choices, default=Dedupe.HIGHEST)
    nth_percent = models.DecimalField(
        "第二次起计（%）",
        max_digits=5,
        decimal_places=2,
        default=50,
        validators=[MinValueValidator(0)],
        help_text="只对“第二次起按比例计”有用。",
    )
    department_share = models.CharField("几个科室合写", max_length=10, choices=Share.choices, default=Share.EQUAL)
    person_share = models.CharField("几位作者合写", max_length=10, choices=Share.choices, default=Share.EQUAL)
    order_weights = models.CharField(
        "署名顺序的比重", max_length=60, blank=True, help_text="只对“按署名顺序”有用，从第一位起，例如“50,30,20”；后面的人与最后一位相同。"
    )
    article_cap = PointsField("一稿最高分", null=True, blank=True)
    person_cap = PointsField("个人最高分", null=True, blank=True)
    person_cap_per = models.CharField("个人封顶周期", max_length=8, choices=CapPer.choices, default=CapPer.YEAR)
    department_cap = PointsField("科室最高分", null=True, blank=True)
    department_cap_per = models.CharField("科室封顶周期", max_length=8, choices=CapPer.choices, default=CapPer.YEAR)
    note = models.TextField("说明", max_length=1000, blank=True)
    succeeds = models.ForeignKey(
        "self", verbose_name="由哪一版改来", null=True, blank=True, on_delete=models.SET_NULL, related_name="successors"
    )
    created_at = models.DateTimeField("建立时间")
    created_by = models.ForeignKey(USER, verbose_name="建立人", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    activated_at = models.DateTimeField("启用时间", null=True, blank=True)
    activated_by = models.ForeignKey(USER, verbose_name="启用人", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    objects = RuleSetQuerySet.as_manager()

    class Meta:
        verbose_name = "计分规则"
        verbose_name_plural = "计分规则"
        ordering = ["-effective_from", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(effective_until__isnull=True) | Q(effective_until__gte=F("effective_from")),
                name="rule_set_ends_after_start",
                violation_error_message="失效日期早于生效日期。",
            ),
            models.UniqueConstraint(
                fields=["state"],
                condition=Q(state="active", effective_until__isnull=True),
                name="one_open_active_rule_set",
                violation_error_message="已有一版启用中的规则没有失效日期。",
            ),
            models.UniqueConstraint(
                fields=["effective_from"],
                condition=Q(state="active"),
                name="one_active_rule_set_a_day",
                violation_error_message="已有一版规则从这一天起启用。",
            ),
        ]

    def __str__(self):
        return f"{self.name}（{self.effective_from:%Y-%m-%d} 起）"


class ScoringRule(Orderable):
    """One line: what it matches, what it does. A field left empty matches anything. A line of an `event` matches events, all others placements."""

    rule_set = ParentalKey(RuleSet, on_delete=models.CASCADE, related_name="rules")
    name = models.CharField("规则", max_length=60)
    effect = models.CharField("作用", max_length=12, choices=Effect.choices, default=Effect.POINTS)
    value = PointsField("分值或系数")
    event = models.CharField("事项", max_length=16, choices=EventKind.choices, blank=True)
    level = models.CharField("级别", max_length=12, choices=Level.choices, blank=True)
    medium = models.CharField("媒体类别", max_length=12, choices=Medium.choices, blank=True)
    weight_class = models.CharField("权重类别", max_length=8, choices=WeightClass.choices, blank=True)
    outlet = models.ForeignKey(Outlet, verbose_name="媒体", null=True, blank=True, on_delete=models.PROTECT, related_name="scoring_rules")
    position = models.CharField("位置", max_length=12, choices=Position.choices, blank=True)
    min_length = models.PositiveIntegerField("篇幅不少于", null=True, blank=True)
    max_length = models.PositiveIntegerField("篇幅不超过", null=True, blank=True)
    originality = models.CharField("首发或转载", max_length=10, choices=Originality.choices, blank=True)
    picture = models.CharField("图片", max_length=8, choices=Picture.choices, blank=True)
    in_force_from = models.DateField("生效日期", null=True, blank=True, help_text="为空则与整套规则相同。")
    in_force_until = models.DateField("失效日期（含）", null=True, blank=True)
    basis = models.CharField("依据", max_length=200, blank=True, help_text="为空则与整套规则相同。")
    use = models.CharField("用途", max_length=12, choices=Use.choices, blank=True, help_text="为空则与整套规则相同。")

    class Meta:
        verbose_name = "计分规则行"
        verbose_name_plural = "计分规则行"
        ordering = ["rule_set", "sort_order", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(in_force_until__isnull=True) | Q(in_force_from__isnull=True) | Q(in_force_until__gte=F("in_force_from")),
                name="scoring_rule_ends_after_start",
                violation_error_message="失效日期早于生效日期。",
            ),
            models.CheckConstraint(
                condition=Q(min_length__isnull=True) | Q(max_length__isnull=True) | Q(max_length__gte=F("min_length")),
                name="scoring_rule_length_in_order",
                violation_error_message="篇幅的上限小于下限。",
            ),
            models.CheckConstraint(
                condition=~Q(effect="multiplier") | Q(value__gte=0),
                name="multiplier_not_negative",
                violation_error_message="系数不能为负。",
            ),
        ]

    def __str__(self):
        return self.name


class ScoringQuota(models.Model):
    """任务数: so many pieces a month or year earn a department the base points, each missing one takes some away, never below zero."""

    rule_set = ParentalKey(RuleSet, on_delete=models.CASCADE, related_name="quotas")
    name = models.CharField("任务", max_length=60)
    per = models.CharField("周期", max_length=8, choices=QuotaPer.choices, default=QuotaPer.MONTH)
    counts = models.CharField("按什么计", max_length=12, choices=QuotaCounts.choices, default=QuotaCounts.SUBMITTED)
    pieces = models.PositiveSmallIntegerField("篇数", validators=[MinValueValidator(1)])
    base = PointsField("基础分")
    deduction = PointsField("每缺一篇扣")
    department_kinds = models.JSONField("科室类别", default=list, blank=True, help_text="不勾选则所有科室（单位）。")
    basis = models.CharField("依据", max_length=200, blank=True, help_text="为空则与整套规则相同。")
    use = models.CharField("用途", max_length=12, choices=Use.choices, blank=True, help_text="为空则与整套规则相同。")

    class Meta:
        verbose_name = "任务数"
        verbose_name_plural = "任务数"
        ordering = ["rule_set", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(base__gte=0) & Q(deduction__gte=0), name="quota_points_not_negative"),
            models.UniqueConstraint(fields=["rule_set", "name"], name="one_quota_a_name"),
        ]

    def __str__(self):
        return self.name


class ScoreLine(models.Model):
    """One record × the rule lines that apply to it. `parts` lists the rules with their values; `value` is what they make; `credited` is
    what is left of it after 一稿多用 and the cap of the article; `why` says what was left out and why."""

    article = models.ForeignKey(MediaArticle, on_delete=models.CASCADE, related_name="score_lines")
    placement = models.OneToOneField(Placement, null=True, blank=True, on_delete=models.CASCADE, related_name="score_line")
    event = models.OneToOneField(CreditableEvent, null=True, blank=True, on_delete=models.CASCADE, related_name="score_line")
    rule_set = models.ForeignKey(RuleSet, on_delete=models.PROTECT, related_name="score_lines")
    rule = models.ForeignKey(ScoringRule, on_delete=models.PROTECT, related_name="score_lines")
    counted_on = models.DateField("计分日期")
    use = models.CharField("用途", max_length=12, choices=Use.choices)
    parts = models.JSONField("规则行", default=list)
    value = PointsField("规则分")
    credited = PointsField("计入")
    why = models.CharField("说明", max_length=200, blank=True)
    scored_at = models.DateTimeField("计分时间")

    objects = ScoreLineQuerySet.as_manager()

    class Meta:
        verbose_name = "计分明细"
        verbose_name_plural = "计分明细"
        ordering = ["counted_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(placement__isnull=False, event__isnull=True) | Q(placement__isnull=True, event__isnull=False),
                name="score_line_is_of_one_record",
            )
        ]
        indexes = [models.Index(fields=["counted_on"]), models.Index(fields=["article"])]

    def __str__(self):
        return f"{self.article} {self.credited}"


class ScoreShare(models.Model):
    """What of a line is a department's or a person's. `uncapped` is the share, `points` what is left of it under the holder's cap.

    `staff` is None for an author who is not on the roster. Article, day and use are the line's, repeated to be grouped by.
    """

    line = models.ForeignKey(ScoreLine, on_delete=models.CASCADE, related_name="shares")
    article = models.ForeignKey(MediaArticle, on_delete=models.CASCADE, related_name="+")
    holder = models.CharField("归属", max_length=12, choices=Holder.choices)
    department = models.ForeignKey(Department, null=True, blank=True, on_delete=models.PROTECT, related_name="score_shares")
    staff = models.ForeignKey(StaffMember, null=True, blank=True, on_delete=models.PROTECT, related_name="score_shares")
    name = models.CharField("姓名", max_length=50, blank=True)
    counted_on = models.DateField("计分日期")
    use = models.CharField("用途", max_length=12, choices=Use.choices)
    uncapped = PointsField("分得")
    points = PointsField("计入")
    why = models.CharField("说明", max_length=200, blank=True)

    objects = ScoreShareQuerySet.as_manager()

    class Meta:
        verbose_name = "分得的分"
        verbose_name_plural = "分得的分"
        ordering = ["counted_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(holder="department", department__isnull=False, staff__isnull=True)
                | Q(holder="person", department__isnull=True),
                name="score_share_is_of_one_holder",
            )
        ]
        indexes = [
            models.Index(fields=["department", "counted_on"], name="share_of_department"),
            models.Index(fields=["staff", "counted_on"], name="share_of_person"),
            # Standings of a period are answered from the index alone.
            models.Index(fields=["counted_on", "holder", "department", "staff", "use", "points", "article"], name="share_in_period"),
        ]

    def __str__(self):
        return f"{self.department or self.staff or self.name} {self.points}"


class Recalculation(models.Model):
    """An explicit recomputation of everything from a day on: why, by whom, how far it has come. Resumed after a kill (`done_to`)."""

    rule_set = models.ForeignKey(RuleSet, null=True, blank=True, on_delete=models.PROTECT, related_name="recalculations")
    reason = models.CharField("原因", max_length=200)
    from_on = models.DateField("自哪天的记录起")
    total = models.PositiveIntegerField("稿件数", default=0)
    done = models.PositiveIntegerField("已重算", default=0)
    done_to = models.PositiveBigIntegerField(default=0, editable=False)
    started_at = models.DateTimeField("开始时间")
    started_by = models.ForeignKey(USER, verbose_name="发起人", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    finished_at = models.DateTimeField("完成时间", null=True, blank=True)

    class Meta:
        verbose_name = "重算"
        verbose_name_plural = "重算"
        ordering = ["-started_at", "-id"]

    def __str__(self):
        return self.reason


class RecalculatedArticle(models.Model):
    """An article whose score a recalculation changed: old, new and why."""

    recalculation = models.ForeignKey(Recalculation, on_delete=models.CASCADE, related_name="changes")
    article = models.ForeignKey(MediaArticle, on_delete=models.CASCADE, related_name="+")
    before = PointsField("原分")
    after = PointsField("新分")
    why = models.CharField("说明", max_length=300, blank=True)

    class Meta:
        verbose_name = "重算的稿件"
        verbose_name_plural = "重算的稿件"
        ordering = ["recalculation", "article"]
        constraints = [models.UniqueConstraint(fields=["recalculation", "article"], name="one_change_an_article")]

    def __str__(self):
        return f"{self.article} {self.before} → {self.after}"


class ContributionBulletin(models.Model):
    """半年汇总 or 年终排名 as a notice: the page it was drafted as and the numbers it was drafted from, frozen."""

    kind = models.CharField("类别", max_length=12, choices=BulletinKind.choices)
    period_first = models.DateField("期间")
    page = models.ForeignKey("wagtailcore.Page", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    snapshot = models.JSONField("数据", default=dict)
    made_at = models.DateTimeField("生成时间")
    made_by = models.ForeignKey(USER, verbose_name="生成人", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        verbose_name = "新闻宣传通报"
        verbose_name_plural = "新闻宣传通报"
        ordering = ["-period_first", "-id"]

    def __str__(self):
        return f"{self.get_kind_display()} {self.period_first:%Y-%m-%d}"
