from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from cms.users.models import User

from ...sample.loading import NotASampleSiteError, load_sample_site
from ...sample.people import ACCOUNTS, SAMPLE_PASSWORD


class Command(BaseCommand):
    help = "在空数据库里建立示例网站；已有示例时什么也不改。"

    def add_arguments(self, parser):
        parser.add_argument("--show", action="store_true", help="只显示地址和示例账号")

    def handle(self, *args, show, **options):
        if show:
            return self.show()
        try:
            is_new = load_sample_site()
        except NotASampleSiteError as error:
            raise CommandError(str(error)) from error
        if options["verbosity"]:
            self.stdout.write("示例网站已建立。" if is_new else "示例网站已存在，数据未变。")
        return None

    def show(self):
        base = settings.WAGTAILADMIN_BASE_URL
        self.stdout.write(f"\n  网站    {base}/")
        self.stdout.write(f"  方案    {base}/liangxueyizuo/ （两学一做）")
        self.stdout.write(f"  后台    {base}/admin/")
        known = set(User.objects.values_list("username", flat=True))
        self.stdout.write(f"\n  示例账号（密码都是 {SAMPLE_PASSWORD}）")
        for username, name, _number, groups, is_superuser in ACCOUNTS:
            if username in known:
                self.stdout.write(f"    {username:<10} {name}（{'、'.join(groups) or ('超级管理员' if is_superuser else '职工')}）")
        self.stdout.write("")
