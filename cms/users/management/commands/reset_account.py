from django.core.management.base import BaseCommand, CommandError

from ...services import AccountRefusedError, reset_account


class Command(BaseCommand):
    help = "让进不来的人重新进来：给出一次性密码，解除锁定，清除动态口令，结束其全部登录。"

    def add_arguments(self, parser):
        parser.add_argument("username")

    def handle(self, *args, username, **options):
        try:
            user, password = reset_account(username=username)
        except AccountRefusedError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"已重置账号：{user.username}（{user.display_name}）")
        self.stdout.write(f"一次性密码：{password}")
        self.stdout.write("密码只显示这一次，请当面交给本人。动态口令已清除，登录后须重新设置。")
