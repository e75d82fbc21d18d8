from django.apps import AppConfig


class ImportsConfig(AppConfig):
    name = "cms.imports"
    label = "imports"
    verbose_name = "数据导入"

    def ready(self):
        from cms.jobs.registry import Job, every_minute, register_job  # noqa: PLC0415 (apps are not loaded before)

        from .services.following import follow_batches  # noqa: PLC0415

        register_job(Job("imports.follow", "补做导入的后续计算", every_minute, follow_batches))
