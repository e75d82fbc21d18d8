from django.apps import AppConfig


class UsersConfig(AppConfig):
    name = "cms.users"
    label = "users"
    verbose_name = "用户"

    def ready(self):
        from django.contrib.auth.signals import user_logged_in  # noqa: PLC0415 (apps are not loaded before)

        from .receivers import on_signed_in  # noqa: PLC0415

        user_logged_in.connect(on_signed_in, dispatch_uid="cms.users.on_signed_in")
