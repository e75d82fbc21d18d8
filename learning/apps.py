from django.apps import AppConfig


class LearningConfig(AppConfig):
    name = "learning"
    verbose_name = "学习"

    def ready(self):
        from wagtail.signals import page_published  # noqa: PLC0415 (apps are not loaded before)

        from cms.imports.kinds import register_kind  # noqa: PLC0415
        from cms.jobs.registry import Job, every_day, every_hour, every_minute, register_job  # noqa: PLC0415
        from cms.search.sources import register_source  # noqa: PLC0415

        from .articles.notices import register_notice_writer  # noqa: PLC0415
        from .articles.publishing import keep_first_time  # noqa: PLC0415
        from .articles.search import ARTICLES  # noqa: PLC0415
        from .contributions import facts as contribution_facts  # noqa: PLC0415
        from .contributions.imports.articles import ArticleKind  # noqa: PLC0415
        from .contributions.imports.outlets import OutletKind  # noqa: PLC0415
        from .contributions.imports.placements import PlacementKind  # noqa: PLC0415
        from .contributions.rights import RUN as RUN_CONTRIBUTIONS  # noqa: PLC0415
        from .contributions.services.recalculation import carry_on_recalculations  # noqa: PLC0415
        from .evidence import register_evidence  # noqa: PLC0415
        from .library.drafts import write_notice  # noqa: PLC0415
        from .organisation.roster import RosterKind  # noqa: PLC0415
        from .portfolio import facts as portfolio_facts  # noqa: PLC0415
        from .portfolio.drafting import register_book_list  # noqa: PLC0415
        from .portfolio.services.archives import build_archives  # noqa: PLC0415
        from .portfolio.services.leftovers import clear_leftovers  # noqa: PLC0415
        from .portfolio.services.opening import open_files_of_today  # noqa: PLC0415
        from .programme import facts as programme_facts  # noqa: PLC0415
        from .programme.rights import RUN as RUN_PROGRAMME  # noqa: PLC0415
        from .programme.services.roll import freeze_started_sessions  # noqa: PLC0415
        from .questions.desks import Desk, register_desk  # noqa: PLC0415
        from .reading import facts as reading_facts  # noqa: PLC0415
        from .reading.book_import import BookKind  # noqa: PLC0415
        from .reading.likeness import index_missing  # noqa: PLC0415
        from .reading.months import listed_titles  # noqa: PLC0415
        from .reading.services.reminders import remind_turns  # noqa: PLC0415

        page_published.connect(keep_first_time, dispatch_uid="learning.articles.keep_first_time")
        register_source(ARTICLES)
        register_notice_writer(write_notice)
        register_book_list(listed_titles)
        register_desk(Desk("contributions", "宣传科", RUN_CONTRIBUTIONS))
        register_desk(Desk("portfolio", "机关党委", RUN_PROGRAMME))
        for import_kind in (RosterKind(), BookKind(), OutletKind(), ArticleKind(), PlacementKind()):
            register_kind(import_kind)
        for kind in (*programme_facts.KINDS, *reading_facts.KINDS, *contribution_facts.KINDS, *portfolio_facts.KINDS):
            register_evidence(kind)
        register_job(Job("programme.freeze_rosters", "固定应到名册", every_minute, freeze_started_sessions))
        register_job(Job("contributions.carry_on_recalculations", "续做重算", every_minute, carry_on_recalculations))
        register_job(Job("portfolio.build_archives", "生成档案专卷", every_minute, build_archives))
        register_job(Job("portfolio.clear_leftovers", "清理没有用上的档案文件", every_day, clear_leftovers))
        register_job(Job("reading.remind_turns", "提醒评阅与修改心得", every_day, remind_turns))
        register_job(Job("reading.index_likeness", "编入比对文本", every_hour, index_missing))
        register_job(Job("portfolio.open_files", "补齐当年五有档案", every_day, open_files_of_today))
