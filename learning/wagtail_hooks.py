"""The door of the rooms to Wagtail's admin: registers, decides nothing."""

from wagtail import hooks

from .organisation.viewsets import OrganisationViewSetGroup
from .programme.log_actions import LOG_ACTIONS
from .topics.viewsets import TopicViewSet


@hooks.register("register_admin_viewset")
def register_organisation():
    return OrganisationViewSetGroup()


@hooks.register("register_admin_viewset")
def register_topics():
    return TopicViewSet()


@hooks.register("register_log_actions")
def register_programme_actions(actions):
    for name, label, message in LOG_ACTIONS:
        actions.register_action(name, label, message)
