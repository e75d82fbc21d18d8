from django.core.management.base import BaseCommand, CommandError

from ...services import AccountRefusedError, make_administrator


class Command(BaseCommand):
    help = "建立第一个管理员（超级管理员），显示一次性密码；首次登录须改密码并启用动态口令。"

    def add_arguments(self, parser):
        parser.add_argument("username", help="用户名：姓名拼音或工号，不能用 admin 之类的默认名")
        parser.add_argument("--name", required=True, metavar="姓名", help="这个账号属于谁")

    def handle(self, *args, username, name, **options):
        try:
            user, password = make_administrator(username=username, display_name=name)
        except AccountRefusedError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"已建立管理员：{user.username}（{user.display_name}）")
        self.stdout.write(f"一次性密码：{password}")
        self.stdout.write("密码只显示这一次。请本人立即登录，设置新密码并启用动态口令。")
