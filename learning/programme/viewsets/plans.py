"""年度计划 and its items in the admin: 从规则生成 → look at the flagged days → 发布."""

import django_filters
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Count, Q
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.views.generic import View
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel, ObjectList
from wagtail.admin.ui.tables import Column
from wagtail.admin.views import generic
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.widgets.button import HeaderButton

from cms.core.viewsets import GuardedMixin, NarrowedPolicy, OwnPolicyMixin, RegisterViewSet, ServiceErrorsMixin, add_errors

from ...organisation.models import Department, PartyBranch
from ..models import AnnualPlan, PlanItem
from ..overviews import plan_overview
from ..services.plans import lay_out_year, publish_plan, save_item
from .columns import day_column, moment_column
from .forms import TURN_NAMES, PlanItemForm, YearForm


class PlanPolicy(NarrowedPolicy):
    """A plan is made from the rules and published; nobody writes or deletes one by hand."""

    actions = ("add", "change", "view")


class ItemPolicy(NarrowedPolicy):
    """Items come from the rules; they are moved, cancelled, noted on."""

    actions = ("change", "view")


class AnnualPlanIndexView(generic.IndexView):
    def get_base_queryset(self):
        cancelled = Q(items__state=PlanItem.State.CANCELLED)
        return super().get_base_queryset().annotate(item_count=Count("items"), cancelled_count=Count("items", filter=cancelled))

    def get_add_url(self):
        return reverse("annual_plans:lay_out") if self.user_has_permission("add") else None

    @cached_property
    def add_item_label(self):
        return "从规则生成"


def say_what_was_laid_out(request, laid_out) -> None:
    said = f"{laid_out.plan}：新增 {laid_out.added} 项，已有 {laid_out.kept} 项没有动。"
    if laid_out.flagged:
        said += f"其中 {len(laid_out.flagged)} 项不在规则写的那一天，请看下面。"
    messages.success(request, said)
    if not laid_out.has_calendar:
        year = laid_out.plan.year
        messages.warning(request, f"没有 {year} 年的放假安排：只按星期排定，没有避开节假日。公布后请录入“放假与调休”，再核对计划。")


class _PlanPage(GuardedMixin, WagtailAdminTemplateMixin, View):
    model = AnnualPlan
    header_icon = "calendar-check"

    def get_breadcrumbs_items(self):
        return [
            *self.breadcrumbs_items,
            {"url": reverse("annual_plans:index"), "label": "年度计划"},
            {"url": "", "label": self.get_page_title()},
        ]


class LayOutView(_PlanPage):
    """从规则生成: which year."""

    permission_required = "add"
    page_title = "从规则生成"
    template_name = "learning/programme/admin/lay_out.html"

    def get(self, request):
        this_year = timezone.localdate().year
        is_planned = AnnualPlan.objects.filter(year=this_year, laid_out_at__isnull=False).exists()
        return self.render_to_response(self.get_context_data(form=YearForm(initial={"year": this_year + 1 if is_planned else this_year})))

    def post(self, request):
        form = YearForm(request.POST)
        if form.is_valid():
            try:
                laid_out = lay_out_year(year=form.cleaned_data["year"], by=request.user, now=timezone.now())
            except ValidationError as error:
                add_errors(form, error)
            else:
                say_what_was_laid_out(request, laid_out)
                return redirect("annual_plans:edit", laid_out.plan.pk)
        return self.render_to_response(self.get_context_data(form=form))


class PlanView(_PlanPage):
    """A year's plan: numbers, flagged days, rota; 再次生成 and 发布 are its two buttons."""

    permission_required = "change"
    template_name = "learning/programme/admin/plan.html"

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        self.plan = get_object_or_404(AnnualPlan, pk=kwargs["pk"])

    def get_page_title(self):
        return str(self.plan)

    @cached_property
    def header_more_buttons(self):
        return [HeaderButton("操作记录", url=reverse("annual_plans:history", args=[self.plan.pk]), icon_name="history")]

    def get(self, request, pk):
        return self.render_to_response(self.get_context_data(plan=self.plan, overview=plan_overview(self.plan)))


class LayOutAgainView(PlanView):
    http_method_names = ["post"]

    def post(self, request, pk):
        try:
            say_what_was_laid_out(request, lay_out_year(year=self.plan.year, by=request.user, now=timezone.now()))
        except ValidationError as error:
            messages.error(request, "；".join(error.messages))
        return redirect("annual_plans:edit", pk)


class PublishView(PlanView):
    http_method_names = ["post"]

    def post(self, request, pk):
        try:
            made = publish_plan(plan=self.plan, by=request.user, now=timezone.now())
            messages.success(request, f"{self.plan}已发布，建立学习活动 {made} 次。")
        except ValidationError as error:
            messages.error(request, "；".join(error.messages))
        return redirect("annual_plans:edit", pk)


class AnnualPlanViewSet(OwnPolicyMixin, RegisterViewSet):
    model = AnnualPlan
    policy_class = PlanPolicy
    name = "annual_plans"
    icon = "calendar-check"
    index_view_class = AnnualPlanIndexView
    inspect_view_enabled = False
    list_display = [
        "year",
        Column("get_state_display", label="状态"),
        Column("item_count", label="计划项"),
        Column("cancelled_count", label="其中取消"),
        moment_column("laid_out_at", "上次生成"),
        moment_column("published_at", "发布时间"),
    ]
    ordering = ["-year"]
    form_fields = ["year"]  # nobody is shown the form

    def get_urlpatterns(self):
        own = {"add": LayOutView, "edit": PlanView}
        kept = [pattern for pattern in super().get_urlpatterns() if pattern.name not in ("add", "edit", "delete", "usage")]
        return [
            *kept,
            path("new/", self.construct_view(own["add"]), name="lay_out"),
            path("edit/<int:pk>/", self.construct_view(own["edit"]), name="edit"),
            path("again/<int:pk>/", self.construct_view(LayOutAgainView), name="lay_out_again"),
            path("publish/<int:pk>/", self.construct_view(PublishView), name="publish"),
        ]


class PlanItemFilterSet(WagtailFilterSet):
    month = django_filters.ChoiceFilter(
        field_name="planned_on", lookup_expr="month", label="月份", choices=[(month, f"{month}月") for month in range(1, 13)]
    )
    branch = django_filters.ModelChoiceFilter(label="党支部", queryset=PartyBranch.objects.all())
    department = django_filters.ModelChoiceFilter(label="科室或单位", queryset=Department.objects.all())
    flagged = django_filters.BooleanFilter(label="顺延、取消或有原因的", method="filter_flagged")

    class Meta:
        model = PlanItem
        fields = ["plan", "requirement__study_format", "owed_by", "branch", "department", "state"]

    def filter_flagged(self, items, _name, value):
        return items.moved_or_cancelled() if value else items.exclude(pk__in=items.moved_or_cancelled().values("pk"))


class PlanItemIndexView(generic.IndexView):
    def get_base_queryset(self):
        return super().get_base_queryset().select_related("plan", "branch", "department", "requirement__study_format")


class PlanItemEditView(ServiceErrorsMixin, generic.EditView):
    def get_queryset(self):
        return PlanItem.objects.select_related("plan", "requirement__study_format", "branch", "department")

    def save_instance(self):
        self.has_content_changes = self.form.has_changed()
        return save_item(
            item=self.form.save(commit=False),
            rota=self.form.rota,
            leads=self.form.cleaned_data["leads"],
            by=self.request.user,
            now=timezone.now(),
        )

    def get_success_url(self):
        return reverse("annual_plans:edit", args=[self.object.plan_id])

    def get_breadcrumbs_items(self):
        plan = self.object.plan
        return [
            *self.breadcrumbs_items,
            {"url": reverse("annual_plans:index"), "label": "年度计划"},
            {"url": reverse("annual_plans:edit", args=[plan.pk]), "label": str(plan)},
            {"url": "", "label": str(self.object)},
        ]

    def get_context_data(self, **kwargs):
        return super().get_context_data(session=self.object.sessions.not_cancelled().first(), **kwargs)


class PlanItemViewSet(OwnPolicyMixin, RegisterViewSet):
    model = PlanItem
    policy_class = ItemPolicy
    name = "plan_items"
    icon = "calendar-alt"
    index_view_class = PlanItemIndexView
    edit_view_class = PlanItemEditView
    edit_template_name = "learning/programme/admin/plan_item.html"
    inspect_view_enabled = False
    filterset_class = PlanItemFilterSet
    list_display = [
        "title",
        day_column("planned_on", "计划日期"),
        day_column("due_on", "完成期限"),
        Column("subject_name", label="由谁完成", width="14%"),
        Column("requirement.study_format", label="形式载体", width="12%"),
        Column("get_state_display", label="状态", width="7%"),
        Column("reason", label="顺延或取消原因", width="18%"),
    ]
    search_fields = ["title", "reason", "note"]
    ordering = ["planned_on", "id"]
    edit_handler = ObjectList(
        [
            FieldPanel("title"),
            FieldRowPanel([FieldPanel("planned_on"), FieldPanel("starts_at"), FieldPanel("due_on")]),
            FieldRowPanel([FieldPanel("state"), FieldPanel("reason")]),
            MultiFieldPanel([FieldRowPanel([FieldPanel(name) for name in TURN_NAMES])], heading="轮值主讲"),
            FieldPanel("leads"),
            FieldPanel("note"),
        ],
        base_form_class=PlanItemForm,
    )

    def get_urlpatterns(self):
        return [pattern for pattern in super().get_urlpatterns() if pattern.name not in ("add", "delete")]
