"""形式载体, 要求 and 减负提示 in the admin, with the page of the presets."""

import copy
import datetime

import django_filters
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.views.generic import View
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.panels import FieldPanel, FieldRowPanel, HelpPanel, MultiFieldPanel, ObjectList
from wagtail.admin.ui.tables import Column
from wagtail.admin.views import generic
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.widgets.button import HeaderButton

from cms.core.viewsets import GuardedMixin, NarrowedPolicy, OwnPolicyMixin, RegisterViewSet, ServiceErrorsMixin, add_errors

from ...evidence import find_evidence
from ...organisation.models import Department
from ..choices import Use
from ..models import Caution, Requirement, StudyFormat
from ..overviews import compare_presets
from ..presets import DEFAULT_PRESET, PRESETS
from ..services.rules import (
    cautions_raised_by,
    close_requirement,
    delete_requirement,
    load_rules,
    revise_requirement,
    save_caution,
    save_format,
    save_requirement,
    switch_preset,
)
from .columns import day_column
from .forms import NOT_THERE_YET, LedForm, PresetForm, RequirementForm


def leads_of(record) -> str:
    return "、".join(str(lead) for lead in record.leads.all()) or "—"


class _LedIndexView(generic.IndexView):
    def get_base_queryset(self):
        return super().get_base_queryset().prefetch_related("leads")


class FormatPolicy(NarrowedPolicy):
    """Requirements and sessions stand on a format: it is renamed, never deleted."""

    actions = ("add", "change", "view")


class StudyFormatCreateView(ServiceErrorsMixin, generic.CreateView):
    def save_instance(self):
        return save_format(study_format=self.form.save(commit=False), leads=self.form.cleaned_data["leads"], by=self.request.user)


class StudyFormatEditView(ServiceErrorsMixin, generic.EditView):
    def save_instance(self):
        self.has_content_changes = self.form.has_changed()
        return save_format(study_format=self.form.save(commit=False), leads=self.form.cleaned_data["leads"], by=self.request.user)


class StudyFormatViewSet(OwnPolicyMixin, RegisterViewSet):
    model = StudyFormat
    policy_class = FormatPolicy
    name = "study_formats"
    icon = "list-ul"
    index_view_class = _LedIndexView
    add_view_class = StudyFormatCreateView
    edit_view_class = StudyFormatEditView
    list_display = ["name", Column("numeral", label="序号"), Column("leads", label="牵头科室", accessor=leads_of), "basis"]
    search_fields = ["name", "summary"]
    ordering = ["position", "id"]
    inspect_view_fields = ["numeral", "name", "summary", "leads", "responsible", "basis"]
    edit_handler = ObjectList(
        [
            FieldRowPanel([FieldPanel("numeral"), FieldPanel("name"), FieldPanel("position")]),
            FieldPanel("summary"),
            FieldPanel("leads"),
            FieldPanel("responsible"),
            FieldPanel("basis"),
        ],
        base_form_class=LedForm,
    )


class CautionPanel(HelpPanel):
    """Every caution there is, by measure; a script leaves those of the chosen measure, without one all are there to be read."""

    def __init__(self, template="learning/programme/admin/cautions.html", **kwargs):
        super().__init__(template=template, **kwargs)

    class BoundPanel(HelpPanel.BoundPanel):
        def get_context_data(self, parent_context=None):
            context = super().get_context_data(parent_context)
            context["cautions"] = list(Caution.objects.all())
            context["shown_only"] = Use.DISPLAY
            return context


class RequirementFilterSet(WagtailFilterSet):
    """What is in force today, unless somebody asks for more."""

    in_force = django_filters.ChoiceFilter(
        label="效力",
        choices=[("today", "今天有效"), ("later", "以后生效"), ("ended", "已失效"), ("all", "全部版本")],
        method="filter_in_force",
    )

    class Meta:
        model = Requirement
        fields = ["study_format", "use", "owed_by", "measure"]

    def __init__(self, data=None, *args, **kwargs):
        data = data.copy() if data is not None else {}
        data.setdefault("in_force", "today")
        super().__init__(data, *args, **kwargs)

    def filter_in_force(self, requirements, _name, value):
        today = timezone.localdate()
        match value:
            case "today":
                return requirements.in_force_on(today)
            case "later":
                return requirements.filter(in_force_from__gt=today)
            case "ended":
                return requirements.filter(in_force_until__lt=today)
        return requirements


class RequirementIndexView(generic.IndexView):
    def get_base_queryset(self):
        return super().get_base_queryset().select_related("study_format")

    @cached_property
    def header_buttons(self):
        buttons = [*super().header_buttons]
        if self.user_has_permission("change"):
            buttons.append(HeaderButton("口径与预设", url=reverse("requirements:presets"), icon_name="cogs"))
        return buttons


class RequirementCreateView(ServiceErrorsMixin, generic.CreateView):
    def save_instance(self):
        return save_requirement(requirement=self.form.save(commit=False), leads=self.form.cleaned_data["leads"], by=self.request.user)


class RequirementEditView(ServiceErrorsMixin, generic.EditView):
    def save_instance(self):
        form, by = self.form, self.request.user
        changed = form.changed_rule
        self.has_content_changes = bool(changed)
        if not changed:
            return self.object
        # A copy: what the service refuses must leave the form with the record it was opened for.
        requirement = copy.copy(form.save(commit=False))
        if "since" not in form.fields:
            return save_requirement(requirement=requirement, leads=form.cleaned_data["leads"], by=by)
        if changed == ["in_force_until"]:
            return close_requirement(requirement=requirement, on=requirement.in_force_until, by=by)
        return revise_requirement(
            requirement=requirement, since=form.cleaned_data["since"], today=timezone.localdate(), leads=form.cleaned_data["leads"], by=by
        )

    def get_success_message(self):
        if not self.has_content_changes:
            return "没有改动，什么都没有保存。"
        if self.object.pk != int(self.kwargs["pk"]):
            return f"“{self.object}”的新版本自 {self.object.in_force_from:%Y-%m-%d} 起生效，旧版本保留。计划请“再次生成”，只补缺少的。"
        return super().get_success_message()


class RequirementDeleteView(generic.DeleteView):
    """Deleted where nothing was planned by it, closed otherwise."""

    @cached_property
    def hanging(self) -> int:
        return self.object.items.count()

    @property
    def confirmation_message(self):
        if self.hanging:
            return (
                f"已有 {self.hanging} 个计划项由这项要求排出，不能删除。确认后改为停用：今天以后不再按它排计划，已有的计划项和记录都保留。"
            )
        return "这项要求还没有排出计划项。确认删除吗？"

    def delete_action(self):
        self.is_gone = delete_requirement(requirement=self.object, today=timezone.localdate(), by=self.request.user)

    def get_success_message(self):
        if self.is_gone:
            return f"已删除要求“{self.object}”。"
        return f"要求“{self.object}”下已有 {self.hanging} 个计划项，没有删除，已改为停用；计划项和记录都保留。"


class RequirementInspectView(generic.InspectView):
    def get_field_label(self, field_name, field):
        return "频次" if field_name == "cadence" else super().get_field_label(field_name, field)

    def get_is_floor_display_value(self):
        return "是" if self.object.is_floor else "否"

    def get_session_kind_display_value(self):
        return self.object.get_session_kind_display() or "任何类型都算"

    def get_in_force_until_display_value(self):
        return self.object.in_force_until or "—"

    def get_department_kinds_display_value(self):
        return "、".join(Department.Kind(kind).label for kind in self.object.department_kinds) or "—"

    def get_evidence_display_value(self):
        kind = find_evidence(self.object.evidence)
        return kind.label if kind else f"{self.object.evidence}（{NOT_THERE_YET}）"

    def get_leads_display_value(self):
        return "、".join(filter(None, [*(str(lead) for lead in self.object.leads.all()), self.object.leads_unmatched])) or "—"

    def get_context_data(self, **kwargs):
        today = timezone.localdate()
        versions = list(Requirement.objects.filter(series=self.object.series).order_by("-in_force_from"))
        return super().get_context_data(
            versions=[(version, version.in_force_from <= today <= (version.in_force_until or datetime.date.max)) for version in versions],
            **kwargs,
        )


class PresetsView(GuardedMixin, WagtailAdminTemplateMixin, View):
    """The two presets side by side; bring the rules in, or use them from a day on as the other preset does."""

    model = Requirement
    permission_required = "change"
    header_icon = "cogs"
    page_title = "口径与预设"
    template_name = "learning/programme/admin/presets.html"
    acts = ("load", "switch")

    def get_breadcrumbs_items(self):
        return [
            *self.breadcrumbs_items,
            {"url": reverse("requirements:index"), "label": "要求"},
            {"url": "", "label": self.page_title},
        ]

    def get(self, request):
        return self.render_to_response(self.get_context_data())

    def post(self, request):
        act = request.POST.get("act")
        form = self._form(act, request.POST) if act in self.acts else None
        if form is None:
            return redirect("requirements:presets")
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(**{act: form}))
        preset, since = form.cleaned_data["preset"], form.cleaned_data["since"]
        label = PRESETS[preset]
        try:
            if act == "load":
                made = load_rules(preset=preset, since=since, by=request.user)
                messages.success(
                    request, f"按“{label}”装入 {made} 条形式、要求和提示；原有的没有改动。" if made else "规则都已在，没有需要装入的。"
                )
            else:
                changed = switch_preset(preset=preset, since=since, today=timezone.localdate(), by=request.user)
                names = "、".join(requirement.name for requirement in changed)
                messages.success(
                    request,
                    f"自 {since:%Y-%m-%d} 起改用“{label}”，{len(changed)} 项要求有了新版本：{names}。"
                    if changed
                    else f"现有要求已与“{label}”一致，没有改动。",
                )
        except ValidationError as error:
            add_errors(form, error)
            return self.render_to_response(self.get_context_data(**{act: form}))
        return redirect("requirements:presets")

    def _form(self, act, data=None):
        year = timezone.localdate().year
        since = datetime.date(year if act == "load" else year + 1, 1, 1)
        return PresetForm(data, prefix=act, initial={"since": since, "preset": DEFAULT_PRESET})

    def get_context_data(self, **kwargs):
        forms = {act: kwargs.pop(act, None) or self._form(act) for act in self.acts}
        cautions = [(label, cautions_raised_by(preset)) for preset, label in PRESETS.items()]
        return super().get_context_data(
            comparison=compare_presets(timezone.localdate()),
            forms=forms,
            media=forms["load"].media,
            cautions=[row for row in cautions if row[1]],
            **kwargs,
        )


class RequirementViewSet(RegisterViewSet):
    model = Requirement
    name = "requirements"
    icon = "tasks"
    index_view_class = RequirementIndexView
    add_view_class = RequirementCreateView
    edit_view_class = RequirementEditView
    delete_view_class = RequirementDeleteView
    inspect_view_class = RequirementInspectView
    delete_template_name = "learning/programme/admin/requirement_delete.html"
    inspect_template_name = "learning/programme/admin/requirement_inspect.html"
    filterset_class = RequirementFilterSet
    list_display = [
        "name",
        Column("study_format", label="形式载体", width="11%"),
        Column("cadence", label="频次", width="11%"),
        Column("get_owed_by_display", label="由谁完成", width="10%"),
        Column("get_use_display", label="用途", width="8%"),
        Column("basis", label="依据", width="24%"),
        day_column("in_force_from", "生效"),
        day_column("in_force_until", "失效"),
    ]
    search_fields = ["name", "basis"]
    ordering = ["study_format__position", "position", "id"]
    inspect_view_fields = [
        "study_format",
        "name",
        "cadence",
        "owed_by",
        "department_kinds",
        "audience",
        "evidence",
        "session_kind",
        "measure",
        "use",
        "is_floor",
        "leads",
        "basis",
        "in_force_from",
        "in_force_until",
    ]
    edit_handler = ObjectList(
        [
            MultiFieldPanel(
                [FieldRowPanel([FieldPanel("study_format"), FieldPanel("name"), FieldPanel("position")]), FieldPanel("basis")],
                heading="要求",
            ),
            MultiFieldPanel(
                [
                    FieldPanel("measure"),
                    FieldPanel("use"),
                    CautionPanel(),
                    FieldPanel("accepts_caution"),
                    FieldPanel("is_floor"),
                ],
                heading="用途与减负提示",
            ),
            MultiFieldPanel(
                [
                    FieldRowPanel([FieldPanel("owed_by"), FieldPanel("audience")]),
                    FieldPanel("department_kinds"),
                    FieldPanel("leads"),
                    FieldPanel("leads_unmatched"),
                ],
                heading="谁完成、谁牵头",
            ),
            MultiFieldPanel(
                [
                    FieldRowPanel([FieldPanel("quantity"), FieldPanel("per"), FieldPanel("window")]),
                    FieldRowPanel([FieldPanel("evidence"), FieldPanel("session_kind")]),
                ],
                heading="多少、何时、以什么为准",
            ),
            MultiFieldPanel(
                [
                    FieldPanel("opens_sessions"),
                    FieldRowPanel([FieldPanel("weekday"), FieldPanel("nth"), FieldPanel("on_holiday")]),
                    FieldRowPanel([FieldPanel("starts_at"), FieldPanel("minutes"), FieldPanel("study_hours")]),
                    FieldRowPanel([FieldPanel("speakers_min"), FieldPanel("speakers_max")]),
                ],
                heading="学习活动",
            ),
            MultiFieldPanel(
                [FieldPanel("since"), FieldRowPanel([FieldPanel("in_force_from"), FieldPanel("in_force_until")])],
                heading="效力",
            ),
        ],
        base_form_class=RequirementForm,
    )

    def get_urlpatterns(self):
        return [*super().get_urlpatterns(), path("presets/", self.construct_view(PresetsView), name="presets")]


class CautionCreateView(ServiceErrorsMixin, generic.CreateView):
    def save_instance(self):
        return save_caution(caution=self.form.save(commit=False), by=self.request.user)


class CautionEditView(ServiceErrorsMixin, generic.EditView):
    def save_instance(self):
        self.has_content_changes = self.form.has_changed()
        return save_caution(caution=self.form.save(commit=False), by=self.request.user)


class CautionViewSet(RegisterViewSet):
    model = Caution
    name = "cautions"
    icon = "warning"
    add_view_class = CautionCreateView
    edit_view_class = CautionEditView
    inspect_view_enabled = False
    list_display = ["text", Column("get_measure_display", label="计量"), Column("source", label="依据")]
    list_filter = ["measure"]
    search_fields = ["text", "source"]
    ordering = ["measure", "position", "id"]
    panels = [FieldPanel("measure"), FieldPanel("text"), FieldPanel("source"), FieldPanel("position")]
