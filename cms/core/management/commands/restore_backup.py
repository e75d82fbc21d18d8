from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from ...backup import BackupError, restore_backup, verify_backup


class Command(BaseCommand):
    help = "用一份备份替换本站的数据库、上传的文件和内部文件。先停止网站服务；不加 --yes 只核对不恢复。"
    requires_system_checks = ()

    def add_arguments(self, parser):
        parser.add_argument("file", help="manage.py backup 做出的 .tar 文件")
        parser.add_argument("--yes", action="store_true", help="确认替换现有的全部数据")
        parser.add_argument("--discard-current", action="store_true", help="不先备份现有数据（现有数据已坏、备份不了时用）")

    def handle(self, *args, file, yes, discard_current, **options):
        try:
            if not yes:
                manifest = verify_backup(Path(file))
                self.stdout.write(f"备份完好：制作于 {manifest.made_at}，{len(manifest.files)} 个文件，数据库 {manifest.engine}。")
                raise CommandError("没有恢复任何内容。恢复会替换现有的全部数据；确认后请加 --yes 再运行。")
            restored = restore_backup(Path(file), keep_current=not discard_current)
        except BackupError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"已恢复到 {restored.manifest.made_at} 的状态；{restored.sessions} 个登录已作废，所有人须重新登录。")
        if restored.kept:
            self.stdout.write(f"恢复之前的数据备份在：{restored.kept}")
        if restored.pending:
            self.stdout.write("备份来自较早的版本，请接着运行：manage.py migrate")
