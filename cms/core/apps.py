from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "cms.core"
    label = "core"
    verbose_name = "公共部分"

    def ready(self):
        from wagtail.signals import page_published, page_unpublished, post_page_move  # noqa: PLC0415 (apps are not loaded before)

        from cms.jobs.registry import register_job  # noqa: PLC0415

        from . import checks  # noqa: F401, PLC0415
        from .jobs import JOBS  # noqa: PLC0415
        from .lookups import register_lookups  # noqa: PLC0415
        from .receivers import on_tree_changed  # noqa: PLC0415

        register_lookups()
        for signal in (page_published, page_unpublished, post_page_move):
            signal.connect(on_tree_changed, dispatch_uid="cms.core.on_tree_changed")
        for job in JOBS:
            register_job(job)
