from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from cms.core.reading import UnreadableDocumentError

from ...library.notice import NotANoticeError
from ...library.notice_import import ColumnNotFoundError, import_notice_file
from ...library.services import EditedSinceImportError

OUTCOMES = {"created": "已建页面", "updated": "已更新页面", "unchanged": "未变化"}


class Command(BaseCommand):
    help = "把一份通知（.txt、.html、.docx）导入为页面。"

    def add_arguments(self, parser):
        parser.add_argument("file", help="通知文件")
        parser.add_argument("--parent", metavar="SLUG", help="放在哪个栏目下（栏目的地址名）；不写则按文件里的“当前位置”")
        parser.add_argument("--publish", action="store_true", help="直接发布；不写则存为草稿")
        parser.add_argument("--replace", action="store_true", help="页面已被修改过也用文件内容替换")

    def handle(self, *args, file, parent, publish, replace, **options):
        path = Path(file)
        if path.is_dir():
            raise CommandError(f"“{file}”是文件夹。请给出通知文件本身。")
        try:
            data = path.read_bytes()
        except OSError as error:
            raise CommandError(f"读不到文件“{file}”：{error.strerror}。请核对路径和权限。") from error
        try:
            result = import_notice_file(data=data, filename=path.name, parent_slug=parent, publish=publish, replace=replace)
        except (UnreadableDocumentError, NotANoticeError, ColumnNotFoundError, EditedSinceImportError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{OUTCOMES[result.outcome]}：{result.page.title}")
        self.stdout.write(f"  地址：{result.page.url or '（尚未发布）'}  {'已发布' if result.page.live else '草稿'}")
        if result.findings:
            self.stdout.write(f"需要核对 {len(result.findings)} 处：")
            for finding in result.findings:
                self.stdout.write(f"  - {finding}")
