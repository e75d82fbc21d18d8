from django.core.management.base import BaseCommand

from cms.core.services import name_roots
from cms.users.roles import ensure_groups

from ...services import ensure_workflow


class Command(BaseCommand):
    help = "建立或恢复用户组、权限和三级审核流程。可反复运行；不改变组里的人。"

    def handle(self, *args, **options):
        name_roots()
        groups = ensure_groups()
        workflow = ensure_workflow()
        if options["verbosity"]:
            self.stdout.write(f"用户组 {len(groups)} 个：{'、'.join(group.name for group in groups)}。审核流程：{workflow.name}。")
