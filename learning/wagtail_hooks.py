"""The door of the rooms to Wagtail's admin: registers, decides nothing."""

from wagtail import hooks

from .organisation.viewsets import OrganisationViewSetGroup
from .topics.viewsets import TopicViewSet


@hooks.register("register_admin_viewset")
def register_organisation():
    return OrganisationViewSetGroup()


@hooks.register("register_admin_viewset")
def register_topics():
    return TopicViewSet()
