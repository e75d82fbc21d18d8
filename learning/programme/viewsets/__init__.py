"""「学习计划」 in the admin: rules, the calendar, the plan, the register of attendance; what they save goes through the services."""

from django.urls import reverse
from wagtail.admin.menu import MenuItem
from wagtail.admin.viewsets.base import ViewSetGroup

from ..modeladmins import attendance_register
from ..rights import RUN
from .calendar import CalendarDayViewSet
from .plans import AnnualPlanViewSet, PlanItemViewSet
from .rules import CautionViewSet, RequirementViewSet, StudyFormatViewSet

__all__ = ["ProgrammeViewSetGroup"]


class _ClerksMenuItem(MenuItem):
    """A page of the front end that the clerk works on."""

    def is_shown(self, request):
        return request.user.has_perm(RUN)


class ProgrammeViewSetGroup(ViewSetGroup):
    menu_label = "学习计划"
    menu_name = "programme"
    menu_icon = "calendar-check"
    menu_order = 490
    items = (
        AnnualPlanViewSet,
        RequirementViewSet,
        StudyFormatViewSet,
        CalendarDayViewSet,
        CautionViewSet,
        PlanItemViewSet,
    )

    def get_submenu_items(self):
        """In the order of the work. The items of a plan are reached from the plan."""
        plans, *others = (viewset.get_menu_item(order=10 * number) for number, viewset in enumerate(self.registerables[:-1], start=3))
        plans.order = 10
        return [
            plans,
            _ClerksMenuItem("学习活动", reverse("sessions"), name="sessions", icon_name="calendar-alt", order=20),
            _ClerksMenuItem("缺口", reverse("gaps"), name="gaps", icon_name="view", order=21),
            attendance_register.get_menu_item(order=22),
            *others,
        ]
