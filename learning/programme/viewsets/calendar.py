"""放假与调休 in the admin: filled from the official data where there are any, entered and corrected by hand."""

import django_filters
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.views.generic import View
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.panels import FieldPanel, FieldRowPanel
from wagtail.admin.ui.tables import Column
from wagtail.admin.views import generic

from cms.core.viewsets import GuardedMixin, RegisterViewSet, ServiceErrorsMixin

from ..layout import WEEKDAYS
from ..models import CalendarDay
from ..services.rules import fill_calendar, official_years, save_calendar_day
from .forms import OfficialYearForm


def years_entered() -> list[int]:
    return [day.year for day in CalendarDay.objects.dates("day", "year", order="DESC")]


class CalendarDayFilterSet(WagtailFilterSet):
    year = django_filters.ChoiceFilter(
        field_name="day", lookup_expr="year", label="年份", choices=lambda: [(y, f"{y} 年") for y in years_entered()]
    )

    class Meta:
        model = CalendarDay
        fields = ["kind", "is_own"]


class CalendarDayIndexView(generic.IndexView):
    @cached_property
    def columns(self):
        columns = super().columns
        columns[0].accessor = lambda day: f"{day.day:%Y-%m-%d}（星期{WEEKDAYS[day.day.weekday()]}）"
        return columns

    def get_context_data(self, **kwargs):
        first, last = official_years()
        return super().get_context_data(
            official_first=first,
            official_last=last,
            years_entered=years_entered(),
            fill_form=OfficialYearForm(this_year=timezone.localdate().year) if self.user_has_permission("add") else None,
            **kwargs,
        )


class CalendarDayCreateView(ServiceErrorsMixin, generic.CreateView):
    def save_instance(self):
        return save_calendar_day(day=self.form.save(commit=False), by=self.request.user)


class CalendarDayEditView(ServiceErrorsMixin, generic.EditView):
    def save_instance(self):
        self.has_content_changes = self.form.has_changed()
        return save_calendar_day(day=self.form.save(commit=False), by=self.request.user)


class FillView(GuardedMixin, View):
    """填入官方安排: days that somebody has entered stay as they are."""

    model = CalendarDay
    permission_required = "add"
    http_method_names = ["post"]

    def post(self, request):
        form = OfficialYearForm(request.POST, this_year=timezone.localdate().year)
        if not form.is_valid():
            messages.error(request, "请先选一个年份。")
            return redirect("calendar_days:index")
        year = form.cleaned_data["year"]
        try:
            new = fill_calendar(year=year, by=request.user)
        except ValidationError as error:
            messages.error(request, "；".join(error.messages))
            return redirect("calendar_days:index")
        messages.success(request, f"{year} 年填入 {new} 天；手工录入和改过的没有动。" if new else f"{year} 年的官方安排都已在，没有新的。")
        return redirect(f"{reverse('calendar_days:index')}?year={year}")


class CalendarDayViewSet(RegisterViewSet):
    model = CalendarDay
    name = "calendar_days"
    icon = "date"
    index_view_class = CalendarDayIndexView
    add_view_class = CalendarDayCreateView
    edit_view_class = CalendarDayEditView
    index_template_name = "learning/programme/admin/calendar_days.html"
    inspect_view_enabled = False
    filterset_class = CalendarDayFilterSet
    list_display = [
        "day",
        Column("get_kind_display", label="类别"),
        Column("name", label="名称"),
        Column("is_own", label="来源", accessor=lambda day: "本单位录入或修改" if day.is_own else "官方安排"),
    ]
    search_fields = ["name"]
    ordering = ["-day"]
    list_per_page = 60
    panels = [FieldRowPanel([FieldPanel("day"), FieldPanel("kind"), FieldPanel("name")])]

    def get_urlpatterns(self):
        return [*super().get_urlpatterns(), path("fill/", self.construct_view(FillView), name="fill")]
