from django.apps import AppConfig


class ReadershipConfig(AppConfig):
    name = "cms.readership"
    label = "readership"
    verbose_name = "阅读次数"

    def ready(self):
        from cms.jobs.registry import register_job  # noqa: PLC0415 (apps are not loaded before)

        from .jobs import JOBS  # noqa: PLC0415

        for job in JOBS:
            register_job(job)
