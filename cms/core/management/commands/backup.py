from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from ...backup import BackupError, make_backup, verify_backup


class Command(BaseCommand):
    help = "把数据库、上传的文件和内部文件备份成一个 .tar 文件；网站可以照常运行。--verify 核对一份已有的备份。"
    requires_system_checks = ()  # a backup must work when something else does not

    def add_arguments(self, parser):
        parser.add_argument("--to", metavar="DIR", default=str(settings.BACKUP_DIR), help="放备份的目录（默认 %(default)s）")
        parser.add_argument("--keep", type=int, default=14, metavar="N", help="只留最新的 N 份（默认 14；0 表示全留）")
        parser.add_argument("--verify", metavar="FILE", help="不备份，只逐字节核对这份备份")

    def handle(self, *args, to, keep, verify, **options):
        if keep < 0:
            raise CommandError("--keep 不能是负数。0 表示全留。")
        try:
            path = Path(verify) if verify else make_backup(folder=Path(to), keep=keep or None)
            # What was just written is read again: a disk that keeps nothing is found out today, not on the day of the fire.
            manifest = verify_backup(path)
        except BackupError as error:
            raise CommandError(str(error)) from error
        megabytes = manifest.bytes / 1024**2
        self.stdout.write(f"{'核对无误' if verify else '备份完成'}：{path}")
        self.stdout.write(f"  制作于 {manifest.made_at}，{len(manifest.files)} 个文件，{megabytes:.1f} MB，数据库 {manifest.engine}")
