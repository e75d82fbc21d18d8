from django.core.management.base import BaseCommand
from django.utils import timezone

from ...reading.likeness import index_missing


class Command(BaseCommand):
    help = "把提交过的读书心得和已发布的材料编入比对文本（相似提示用）；只补缺少和过时的，可以随时再运行。"

    def handle(self, *args, **options):
        self.stdout.write(index_missing(timezone.now()))
