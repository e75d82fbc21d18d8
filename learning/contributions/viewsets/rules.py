"""Drafts of 计分规则 are written here; what was switched on is read only. Everything goes through the services."""

import json

from django import forms
from django.contrib import messages
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from wagtail.admin.panels import FieldPanel, FieldRowPanel, HelpPanel, InlinePanel, MultiFieldPanel, ObjectList
from wagtail.admin.ui.tables import Column
from wagtail.admin.views import generic
from wagtail.permission_policies import ModelPermissionPolicy

from cms.core.viewsets import OwnPolicyMixin, RegisterViewSet, ServiceErrorsMixin

from ...organisation.models import Department
from ...programme.viewsets.columns import day_column
from ..choices import RuleSetState
from ..models import RuleSet
from ..services.rules import RulesError, delete_rules, save_rules


class KindsInput(forms.CheckboxSelectMultiple):
    """The kinds of departments, kept as a JSON list."""

    def __init__(self, attrs=None):
        super().__init__(attrs, choices=Department.Kind.choices)

    def value_from_datadict(self, data, files, name):
        return json.dumps(super().value_from_datadict(data, files, name) or [])

    def format_value(self, value):
        return super().format_value(json.loads(value) if isinstance(value, str) and value else value or [])


class DraftPolicy(ModelPermissionPolicy):
    """Nobody, a superuser included, changes or deletes rules that were switched on."""

    def user_has_permission_for_instance(self, user, action, instance):
        if action in ("change", "delete") and instance.state != RuleSetState.DRAFT:
            return False
        return super().user_has_permission_for_instance(user, action, instance)


class _Saves(ServiceErrorsMixin):
    def save_instance(self):
        self.has_content_changes = self.form.has_changed()
        return save_rules(rule_set=self.form.save(commit=False), by=self.request.user, now=timezone.now())

    def get_success_url(self):
        """On to its page, where it is read in words, tried and switched on."""
        return reverse("rule_set", args=[self.object.pk])


class RuleSetCreateView(_Saves, generic.CreateView):
    pass


class _OnlyDrafts:
    """Leads to the version in words where it can no longer be changed."""

    def run_before_hook(self):
        if not hasattr(self, "object"):
            self.object = self.get_object()
        if self.object.state != RuleSetState.DRAFT:
            messages.error(self.request, "这一版规则已经启用，不能再改，也不能删除。要改分值，请从它建一个新版本。")
            return redirect("rule_set", self.object.pk)
        return super().run_before_hook()


class RuleSetEditView(_OnlyDrafts, _Saves, generic.EditView):
    def get_success_url(self):
        """On to who moves where by what was just written: the way to switching it on leads through that anyway."""
        return reverse("preview_rules", args=[self.object.pk])


class RuleSetDeleteView(_OnlyDrafts, generic.DeleteView):
    def delete_action(self):
        delete_rules(rule_set=self.object, by=self.request.user)

    def form_valid(self, form):
        try:
            return super().form_valid(form)
        except RulesError as error:
            messages.error(self.request, "；".join(error.messages))
            return redirect("rule_set", self.object.pk)


HOW = (
    "<p>一行规则：先写它看什么（空着的就不限），再写它做什么。每条采用按顺序用第一行“计分”，符合的“加分”都加上，“乘以系数”都乘上。"
    "填了“事项”的行只管领导批示这类事项。保存后先试算，再启用；启用以后就不能改了。</p>"
)
LINE = [
    FieldPanel("name"),
    FieldRowPanel([FieldPanel("effect"), FieldPanel("value")]),
    FieldRowPanel([FieldPanel("level"), FieldPanel("medium"), FieldPanel("weight_class")]),
    FieldRowPanel([FieldPanel("outlet"), FieldPanel("position"), FieldPanel("event")]),
    FieldRowPanel([FieldPanel("min_length"), FieldPanel("max_length")]),
    FieldRowPanel([FieldPanel("originality"), FieldPanel("picture"), FieldPanel("use")]),
    FieldRowPanel([FieldPanel("in_force_from"), FieldPanel("in_force_until")]),
    FieldPanel("basis"),
]
QUOTA = [
    FieldPanel("name"),
    FieldRowPanel([FieldPanel("per"), FieldPanel("counts"), FieldPanel("pieces")]),
    FieldRowPanel([FieldPanel("base"), FieldPanel("deduction"), FieldPanel("use")]),
    FieldPanel("department_kinds", widget=KindsInput),
    FieldPanel("basis"),
]


class RuleSetViewSet(OwnPolicyMixin, RegisterViewSet):
    """No snippet: the deletion of many at once asks nobody whether they were switched on."""

    model = RuleSet
    policy_class = DraftPolicy
    name = "scoring_rules"
    icon = "list-ol"
    menu_label = "计分规则"
    inspect_view_enabled = False
    add_view_class = RuleSetCreateView
    edit_view_class = RuleSetEditView
    delete_view_class = RuleSetDeleteView
    list_display = [
        "name",
        Column("get_state_display", label="状态", sort_key="state"),
        day_column("effective_from", "生效"),
        day_column("effective_until", "失效"),
        Column("get_use_display", label="用途"),
        Column("is_sample", label="示例", accessor=lambda rules: "示例" if rules.is_sample else "—"),
    ]
    list_filter = ["state", "use"]
    search_fields = ["name", "basis"]
    ordering = ["-effective_from", "-id"]
    edit_handler = ObjectList(
        [
            HelpPanel(HOW),
            MultiFieldPanel(
                [
                    FieldPanel("name"),
                    FieldRowPanel([FieldPanel("effective_from"), FieldPanel("effective_until")]),
                    FieldPanel("basis"),
                    FieldRowPanel([FieldPanel("use"), FieldPanel("is_sample")]),
                    FieldPanel("audience", widget=KindsInput),
                    FieldPanel("note"),
                ],
                heading="这一版规则",
            ),
            InlinePanel("rules", heading="规则行", label="规则行", panels=LINE),
            MultiFieldPanel(
                [
                    FieldRowPanel([FieldPanel("dedupe"), FieldPanel("nth_percent")]),
                    FieldRowPanel([FieldPanel("department_share"), FieldPanel("person_share"), FieldPanel("order_weights")]),
                ],
                heading="一稿多用与合写",
            ),
            MultiFieldPanel(
                [
                    FieldPanel("article_cap"),
                    FieldRowPanel([FieldPanel("person_cap"), FieldPanel("person_cap_per")]),
                    FieldRowPanel([FieldPanel("department_cap"), FieldPanel("department_cap_per")]),
                ],
                heading="封顶",
            ),
            InlinePanel("quotas", heading="任务数", label="任务", panels=QUOTA),
        ]
    )
