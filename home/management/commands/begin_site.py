from django.core.management.base import BaseCommand, CommandError

from ...services import SiteRefusedError, begin_site


class Command(BaseCommand):
    help = "在新装的数据库里建立本单位自己的网站：用户组、审核流程、首页和栏目。可反复运行，只添不改。"

    def add_arguments(self, parser):
        parser.add_argument("host", help="网站域名，例如 study.example.gov.cn")
        parser.add_argument("--name", default="", metavar="网站名称")
        parser.add_argument("--bureau", default="", metavar="主办单位")
        parser.add_argument("--column", action="append", default=[], metavar="栏目", help="可写多次，每次一个栏目")

    def handle(self, *args, host, name, bureau, column, **options):
        try:
            _home, added = begin_site(host=host, name=name, bureau=bureau, columns=tuple(column))
        except SiteRefusedError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"网站已就绪：https://{host}/")
        for page in added:
            self.stdout.write(f"  新栏目 {page.title}：{page.url}")
