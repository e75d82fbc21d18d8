from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from cms.core.reading import UnreadableDocumentError
from cms.core.reading.sources import MAX_BYTES

from ...library.notice import NotANoticeError
from ...library.notice_import import ColumnNotFoundError, import_notice_file
from ...library.services import EditedSinceImportError

REASONS = {
    FileNotFoundError: "没有这个文件。请核对路径。",
    IsADirectoryError: "这是文件夹。请给出通知文件本身。",
    PermissionError: "没有读取它的权限。请换一个用户运行，或修改权限。",
}
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
        try:
            with path.open("rb") as source:
                data = source.read(MAX_BYTES + 1)
        except OSError as error:
            reason = REASONS.get(type(error), f"{error.strerror}。请核对路径。")
            raise CommandError(f"读不到“{file}”：{reason}") from error
        try:
            result = import_notice_file(data=data, filename=path.name, parent_slug=parent, publish=publish, replace=replace)
        except (UnreadableDocumentError, NotANoticeError, ColumnNotFoundError, EditedSinceImportError) as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(f"图片存不进去（{error.strerror}），没有导入任何内容。请检查磁盘空间和目录权限后重试。") from error
        self.stdout.write(f"{OUTCOMES[result.outcome]}：{result.page.title}")
        self.stdout.write(f"  地址：{result.page.url or '（尚未发布）'}  {self.state_of(result.page)}")
        if result.findings:
            self.stdout.write(f"需要核对 {len(result.findings)} 处：")
            for finding in result.findings:
                self.stdout.write(f"  - {finding}")

    @staticmethod
    def state_of(page) -> str:
        if not page.live:
            return "草稿"
        return "已发布，这次的内容存为草稿" if page.has_unpublished_changes else "已发布"
