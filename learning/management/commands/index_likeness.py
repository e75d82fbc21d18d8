from django.core.management.base import BaseCommand
from django.utils import timezone

from ...reading.likeness import index_missing


class Command(BaseCommand):
    help = "把提交过的读书心得和已发布的材料编入比对文本（相似提示用）；只补缺少和过时的，可以随时再运行。"

    def add_arguments(self, parser):
        parser.add_argument("--again", action="store_true", help="全部重新编入（比对的办法变了以后用）")

    def handle(self, *args, again, **options):
        self.stdout.write(index_missing(timezone.now(), again=again))
