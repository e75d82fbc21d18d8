import datetime

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from ...programme.presets import DEFAULT_PRESET
from ...programme.services.plans import lay_out_year, publish_plan
from ...programme.services.rules import load_rules


class Command(BaseCommand):
    help = "按规则生成一年的学习计划；再运行只补缺少的，不动已有的。"

    def add_arguments(self, parser):
        parser.add_argument("year", type=int, help="年度，例如 2026")
        parser.add_argument(
            "--load-rules",
            metavar="口径",
            dest="preset",
            nargs="?",
            const=DEFAULT_PRESET,
            help="先装入规则：relief（现行减负口径）或 notice_2020",
        )
        parser.add_argument("--publish", action="store_true", help="生成后发布，并建立学习活动")

    def handle(self, *args, year, preset=None, publish=False, **options):
        now = timezone.now()
        try:
            if preset:
                load_rules(preset=preset, since=datetime.date(year, 1, 1), by=None)
            laid_out = lay_out_year(year=year, by=None, now=now)
            sessions = publish_plan(plan=laid_out.plan, by=None, now=now) if publish else None
        except ValidationError as error:
            raise CommandError("；".join(error.messages)) from error
        self.stdout.write(f"{laid_out.plan}：新增 {laid_out.added} 项，已有 {laid_out.kept} 项未动。")
        if not laid_out.has_calendar:
            self.stdout.write(f"没有 {year} 年的放假安排：只按星期排定，没有避开节假日。公布后请录入“放假与调休”，再核对计划。")
        if laid_out.flagged:
            self.stdout.write(f"需要看一看的 {len(laid_out.flagged)} 项：")
            for item in laid_out.flagged:
                self.stdout.write(f"  - {item.planned_on:%Y-%m-%d}  {item.title}：{item.reason}")
        if sessions is not None:
            self.stdout.write(f"已发布，建立学习活动 {sessions} 次。")
