"""「组织」 in the admin: lists and forms; what they save goes through the services."""

from django import forms
from django.core.exceptions import ValidationError
from django.forms.models import construct_instance
from django.utils import timezone
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.panels import FieldPanel, FieldRowPanel, ObjectList
from wagtail.admin.ui.tables import Column
from wagtail.admin.views import generic
from wagtail.admin.viewsets.base import ViewSetGroup
from wagtail.admin.widgets import AdminDateInput

from cms.core.viewsets import RegisterViewSet, ServiceErrorsMixin

from .models import Absence, BranchMembership, Department, LeadingGroup, LeadingGroupOffice, PartyBranch, Posting, StaffMember
from .services import (
    add_staff_member,
    assign_office,
    change_branch,
    join_branch,
    move_staff_member,
    open_posting,
    record_departure,
    save_record,
)


class ServiceCreateView(ServiceErrorsMixin, generic.CreateView):
    def save_instance(self):
        return save_record(record=self.form.save(commit=False), by=self.request.user)


class ServiceEditView(ServiceErrorsMixin, generic.EditView):
    def save_instance(self):
        self.has_content_changes = self.form.has_changed()
        return save_record(record=self.form.save(commit=False), by=self.request.user)


class OrganisationViewSet(RegisterViewSet):
    add_view_class = ServiceCreateView
    edit_view_class = ServiceEditView


class NewRecordForm(WagtailAdminModelForm):
    """On creation the service validates, together with what it ends first; an existing record is validated here as usual."""

    end_current = forms.BooleanField(
        label="自动结束现任",
        required=False,
        initial=True,
        help_text="此人（或这一职责）现有的未结束记录，在新记录起始日期的前一天结束。",
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            del self.fields["end_current"]

    def _post_clean(self):
        if self.instance.pk:
            super()._post_clean()
        else:
            self.instance = construct_instance(self, self.instance, self._meta.fields, self._meta.exclude)


class StaffMemberForm(WagtailAdminModelForm):
    """A new person may be given the first posting at once."""

    department = forms.ModelChoiceField(label="科室或单位", queryset=Department.objects.filter(closed_on__isnull=True), required=False)
    title = forms.CharField(label="职务", max_length=60, required=False)
    is_head = forms.BooleanField(label="科室（单位）负责人", required=False)
    started_on = forms.DateField(label="任职日期", required=False, widget=AdminDateInput)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in ("department", "title", "is_head", "started_on") if self.instance.pk else ("left_on",):
            del self.fields[name]

    def clean(self):
        cleaned = super().clean()
        if "department" in self.fields and bool(cleaned.get("department")) != bool(cleaned.get("started_on")):
            raise ValidationError("科室与任职日期须同时填写，或都留空（以后在“任职”中登记）。")
        return cleaned


class StaffMemberCreateView(ServiceCreateView):
    def save_instance(self):
        given = self.form.cleaned_data
        names = ("name", "employee_number", "note", "user", "department", "title", "is_head", "started_on")
        return add_staff_member(**{name: given.get(name) for name in names}, by=self.request.user)


class StaffMemberEditView(ServiceEditView):
    def save_instance(self):
        staff = super().save_instance()
        if "left_on" in self.form.changed_data and staff.left_on:
            return record_departure(staff=staff, on=staff.left_on, by=self.request.user)
        return staff


class StaffMemberIndexView(generic.IndexView):
    def get_base_queryset(self):
        return super().get_base_queryset().with_department_on(timezone.localdate())


class PostingCreateView(ServiceCreateView):
    def save_instance(self):
        posting, end_current = self.form.save(commit=False), self.form.cleaned_data["end_current"]
        shared = {"staff": posting.staff, "department": posting.department, "title": posting.title, "is_head": posting.is_head}
        if end_current and posting.is_primary and posting.ended_on is None:
            return move_staff_member(**shared, on=posting.started_on, by=self.request.user)
        return open_posting(
            **shared, is_primary=posting.is_primary, started_on=posting.started_on, ended_on=posting.ended_on, by=self.request.user
        )


class BranchMembershipCreateView(ServiceCreateView):
    def save_instance(self):
        membership = self.form.save(commit=False)
        if membership.ended_on is not None:
            return save_record(record=membership, by=self.request.user)
        act = change_branch if self.form.cleaned_data["end_current"] else join_branch
        return act(staff=membership.staff, branch=membership.branch, role=membership.role, on=membership.started_on, by=self.request.user)


class LeadingGroupOfficeCreateView(ServiceCreateView):
    def save_instance(self):
        office = self.form.save(commit=False)
        if office.ended_on is not None or not self.form.cleaned_data["end_current"]:
            return save_record(record=office, by=self.request.user)
        return assign_office(
            group=office.group, staff=office.staff, role=office.role, post=office.post, on=office.started_on, by=self.request.user
        )


class DepartmentViewSet(OrganisationViewSet):
    model = Department
    name = "departments"
    icon = "folder-open-inverse"
    menu_order = 100
    list_display = ["name", "short_name", "kind", "parent", "position", "closed_on"]
    list_filter = ["kind", "parent"]
    search_fields = ["name", "short_name"]
    ordering = ["position", "name"]
    panels = [
        FieldPanel("name"),
        FieldPanel("short_name"),
        FieldPanel("kind"),
        FieldPanel("parent"),
        FieldPanel("position"),
        FieldPanel("closed_on"),
    ]


class PartyBranchViewSet(OrganisationViewSet):
    model = PartyBranch
    name = "party_branches"
    icon = "group"
    menu_order = 200
    list_display = ["name", "parent", "position", "closed_on"]
    list_filter = ["parent"]
    search_fields = ["name"]
    ordering = ["position", "name"]
    panels = [FieldPanel("name"), FieldPanel("parent"), FieldPanel("position"), FieldPanel("closed_on")]


class StaffMemberViewSet(OrganisationViewSet):
    model = StaffMember
    name = "staff"
    icon = "user"
    menu_order = 300
    add_view_class = StaffMemberCreateView
    edit_view_class = StaffMemberEditView
    index_view_class = StaffMemberIndexView
    list_display = [
        "name",
        "employee_number",
        Column("department_name_on", label="现科室或单位"),
        "user",
        "left_on",
        "note",
    ]
    list_filter = {"postings__department": ["exact"], "branch_memberships__branch": ["exact"], "left_on": ["isnull"]}
    search_fields = ["name", "employee_number", "sort_key", "note"]
    ordering = ["sort_key", "id"]
    edit_handler = ObjectList(
        [
            FieldRowPanel([FieldPanel("name"), FieldPanel("employee_number")]),
            FieldPanel("note"),
            FieldPanel("user"),
            FieldPanel("left_on"),
            FieldRowPanel([FieldPanel("department"), FieldPanel("title")], heading="首次任职"),
            FieldRowPanel([FieldPanel("is_head"), FieldPanel("started_on")]),
        ],
        base_form_class=StaffMemberForm,
    )


class PostingViewSet(OrganisationViewSet):
    model = Posting
    name = "postings"
    icon = "calendar-alt"
    menu_order = 400
    add_view_class = PostingCreateView
    list_display = ["staff", "department", "title", "is_head", "is_primary", "started_on", "ended_on"]
    list_filter = ["department", "is_head", "is_primary"]
    search_fields = ["staff__name", "staff__employee_number", "department__name", "title"]
    ordering = ["-started_on", "-id"]
    edit_handler = ObjectList(
        [
            FieldPanel("staff"),
            FieldRowPanel([FieldPanel("department"), FieldPanel("title")]),
            FieldRowPanel([FieldPanel("is_head"), FieldPanel("is_primary")]),
            FieldRowPanel([FieldPanel("started_on"), FieldPanel("ended_on")]),
            FieldPanel("end_current"),
        ],
        base_form_class=NewRecordForm,
    )


class BranchMembershipViewSet(OrganisationViewSet):
    model = BranchMembership
    name = "branch_memberships"
    icon = "tag"
    menu_order = 500
    add_view_class = BranchMembershipCreateView
    list_display = ["staff", "branch", "role", "started_on", "ended_on"]
    list_filter = ["branch", "role"]
    search_fields = ["staff__name", "staff__employee_number", "branch__name"]
    ordering = ["-started_on", "-id"]
    edit_handler = ObjectList(
        [
            FieldPanel("staff"),
            FieldRowPanel([FieldPanel("branch"), FieldPanel("role")]),
            FieldRowPanel([FieldPanel("started_on"), FieldPanel("ended_on")]),
            FieldPanel("end_current"),
        ],
        base_form_class=NewRecordForm,
    )


class AbsenceViewSet(OrganisationViewSet):
    model = Absence
    name = "absences"
    icon = "time"
    menu_order = 550
    list_display = ["staff", "kind", "started_on", "ended_on", "note"]
    list_filter = ["kind"]
    search_fields = ["staff__name", "staff__employee_number"]
    ordering = ["-started_on", "-id"]
    panels = [
        FieldPanel("staff"),
        FieldPanel("kind"),
        FieldRowPanel([FieldPanel("started_on"), FieldPanel("ended_on")]),
        FieldPanel("note"),
    ]


class LeadingGroupViewSet(OrganisationViewSet):
    model = LeadingGroup
    name = "leading_groups"
    icon = "group"
    menu_order = 600
    list_display = ["name", "basis"]
    search_fields = ["name", "basis"]
    panels = [FieldPanel("name"), FieldPanel("basis")]


class LeadingGroupOfficeViewSet(OrganisationViewSet):
    model = LeadingGroupOffice
    name = "leading_group_offices"
    icon = "user"
    menu_order = 700
    add_view_class = LeadingGroupOfficeCreateView
    list_display = ["group", "role", "staff", "post", "started_on", "ended_on"]
    list_filter = ["group", "role"]
    search_fields = ["staff__name", "post", "group__name"]
    edit_handler = ObjectList(
        [
            FieldRowPanel([FieldPanel("group"), FieldPanel("role")]),
            FieldRowPanel([FieldPanel("staff"), FieldPanel("post")]),
            FieldRowPanel([FieldPanel("started_on"), FieldPanel("ended_on")]),
            FieldPanel("end_current"),
        ],
        base_form_class=NewRecordForm,
    )


class OrganisationViewSetGroup(ViewSetGroup):
    menu_label = "组织"
    menu_name = "organisation"
    menu_icon = "group"
    menu_order = 500
    items = (
        DepartmentViewSet,
        PartyBranchViewSet,
        StaffMemberViewSet,
        PostingViewSet,
        BranchMembershipViewSet,
        AbsenceViewSet,
        LeadingGroupViewSet,
        LeadingGroupOfficeViewSet,
    )
