from django.urls import reverse
from wagtail import hooks
from wagtail.admin.menu import Menu, MenuItem, SubmenuMenuItem

from .modeladmins import import_register
from .urls import admin_urls
from .views import PERMISSION

import_register.register_with_wagtail()


@hooks.register("register_admin_urls")
def register_admin_urls():
    return admin_urls()


class _MayImport:
    def is_shown(self, request):
        return request.user.has_perm(PERMISSION)


class ImportMenuItem(_MayImport, MenuItem):
    pass


class ImportSubmenu(_MayImport, SubmenuMenuItem):
    pass


@hooks.register("register_imports_menu_item")
def register_start_menu_item():
    return ImportMenuItem("新的导入", reverse("imports:start"), name="imports-start", icon_name="upload", order=100)


@hooks.register("register_imports_menu_item")
def register_register_menu_item():
    return import_register.get_menu_item(order=200)


@hooks.register("register_admin_menu_item")
def register_imports_menu():
    menu = Menu(register_hook_name="register_imports_menu_item")
    return ImportSubmenu("导入", menu, name="imports", icon_name="upload", order=510)


@hooks.register("register_log_actions")
def register_log_actions(actions):
    actions.register_action("imports.upload", "上传表格", "上传了待导入的表格")
    actions.register_action("imports.commit", "导入表格", "导入了表格")
    actions.register_action("imports.undo", "撤销导入", "撤销了导入")
