from wagtail.users.apps import WagtailUsersAppConfig


class OwnWagtailUsersAppConfig(WagtailUsersAppConfig):
    """Wagtail's user management with the project's own forms and rules."""

    user_viewset = "cms.users.viewsets.UserViewSet"
