"""The door of the rooms to Wagtail's admin: registers, decides nothing."""

from django.contrib.auth.models import Permission
from wagtail import hooks

from .contributions import log_actions as contributions_log
from .contributions.modeladmins import placement_register
from .contributions.viewsets import ContributionsViewSetGroup
from .organisation.viewsets import OrganisationViewSetGroup
from .portfolio import log_actions as portfolio_log
from .portfolio.viewsets import PortfolioViewSetGroup
from .programme import log_actions as programme_log
from .programme.modeladmins import attendance_register
from .programme.start_page import add_panel
from .programme.viewsets import ProgrammeViewSetGroup
from .reading import admin_lists
from .reading import log_actions as reading_log
from .reading.viewsets import ReadingViewSetGroup
from .topics.viewsets import TopicViewSet


@hooks.register("register_admin_viewset")
def register_organisation():
    return OrganisationViewSetGroup()


attendance_register.register_with_wagtail()
placement_register.register_with_wagtail()


@hooks.register("register_admin_viewset")
def register_programme():
    return ProgrammeViewSetGroup()


@hooks.register("register_admin_viewset")
def register_reading():
    return ReadingViewSetGroup()


@hooks.register("register_admin_viewset")
def register_contributions():
    return ContributionsViewSetGroup()


@hooks.register("register_admin_viewset")
def register_portfolio():
    return PortfolioViewSetGroup()


hooks.register("construct_explorer_page_queryset", admin_lists.in_explorer)
hooks.register("construct_page_chooser_queryset", admin_lists.in_chooser)


@hooks.register("register_permissions")
def register_permissions_of_the_rooms():
    return Permission.objects.filter(
        content_type__app_label="learning", codename__in=["run_programme", "review_reflections", "run_contributions"]
    )


@hooks.register("construct_homepage_panels")
def show_what_waits_in_the_programme(request, panels):
    add_panel(request, panels)


@hooks.register("register_admin_viewset")
def register_topics():
    return TopicViewSet()


@hooks.register("register_log_actions")
def register_log_actions(actions):
    for name, label, message in (
        *programme_log.LOG_ACTIONS,
        *reading_log.LOG_ACTIONS,
        *contributions_log.LOG_ACTIONS,
        *portfolio_log.LOG_ACTIONS,
    ):
        actions.register_action(name, label, message)
