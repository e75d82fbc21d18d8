from django.apps import AppConfig


class InboxConfig(AppConfig):
    name = "cms.inbox"
    label = "inbox"
    verbose_name = "站内消息"

    def ready(self):
        from cms.jobs.registry import register_job  # noqa: PLC0415 (apps are not loaded before)

        from .jobs import JOBS  # noqa: PLC0415

        for job in JOBS:
            register_job(job)
