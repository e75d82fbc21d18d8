"""The groups of the site and what each may do (docs/roles.md has one table for each). Data; `ensure_groups` makes it so."""

from dataclasses import dataclass

from django.contrib.auth.models import Group, Permission
from django.db import transaction
from wagtail.models import Collection, GroupCollectionPermission, GroupPagePermission, Page


@dataclass(frozen=True)
class Role:
    """`permissions` are "app.codename"; `pages` hold for the whole tree, `files` for every collection."""

    name: str
    purpose: str
    permissions: tuple[str, ...] = ()
    pages: tuple[str, ...] = ()
    files: tuple[str, ...] = ()


ADMIN = "wagtailadmin.access_admin"
FILES = ("add_image", "change_image", "choose_image", "add_document", "change_document", "choose_document")
REVIEWER = (ADMIN,)


def editing(*models: str, actions=("add", "change", "delete", "view")) -> tuple[str, ...]:
    """ "app.model" of each, with every action."""
    return tuple(f"{app}.{action}_{name}" for app, name in (model.split(".") for model in models) for action in actions)


ORGANISATION = editing(
    "learning.department",
    "learning.partybranch",
    "learning.staffmember",
    "learning.posting",
    "learning.branchmembership",
    "learning.absence",
    "learning.leadinggroup",
    "learning.leadinggroupoffice",
    actions=("add", "change", "view"),
)

PROGRAMME = (
    *editing("learning.studyformat", "learning.annualplan", "learning.planitem", actions=("add", "change", "view")),
    *editing("learning.requirement", "learning.caution", "learning.calendarday"),
    "learning.view_attendance",
    "learning.run_programme",
)

READING = (
    *editing("learning.book", "learning.monthlylist", "learning.interestgroup"),
    "learning.review_reflections",
    "learning.change_readingsettings",
)

CONTRIBUTIONS = (
    *editing("learning.outlet", "learning.ruleset"),
    *editing("learning.mediaarticle", "learning.placement", actions=("view",)),
    "learning.run_contributions",
    "imports.add_importbatch",
    "imports.view_importbatch",
)

ROLES = (
    Role("编辑", "撰写通知、学习资料、讲座记录并送审；不能自己发布。", (ADMIN,), ("add_page", "change_page"), FILES),
    Role("初审员", "审核流程第一步。", REVIEWER, ("change_page",), ("choose_image", "choose_document")),
    Role("复审员", "审核流程第二步。", REVIEWER, ("change_page",), ("choose_image", "choose_document")),
    Role(
        "终审员",
        "审核流程第三步，通过即发布；可撤下已发布的页面、锁定页面。",
        REVIEWER,
        ("change_page", "publish_page", "lock_page", "unlock_page"),
        ("choose_image", "choose_document"),
    ),
    Role(
        "机关党委办事员",
        "维护科室、支部、人员与任职，导入名册；定规则、排年度计划、点名、核对补学、看缺口；管图书与推荐书目，评阅心得，办展评与阅读之星；答复意见建议，维护学习专题。",
        (
            ADMIN,
            *ORGANISATION,
            *PROGRAMME,
            *READING,
            *editing("learning.researchreport", "learning.fivehavesfile", actions=("view",)),
            *editing("learning.topic"),
            "imports.add_importbatch",
            "imports.view_importbatch",
            "feedback.view_feedbackentry",
            "feedback.change_feedbackentry",
        ),
        ("add_page", "change_page"),
        FILES,
    ),
    Role(
        "宣传科",
        "发布新闻宣传类内容（送审）；收稿、登记采用，维护媒体与计分规则，约稿，答复对分数的疑问。",
        (ADMIN, *CONTRIBUTIONS),
        ("add_page", "change_page"),
        FILES,
    ),
    Role(
        "系统管理员",
        "管理账号与网站信息；不能改内容，不能改超级管理员。",
        (ADMIN, *editing("users.user"), "core.change_siteidentity", "jobs.view_jobrun"),
    ),
    Role(
        "审计管理员",
        "查看日志与任务记录，不能改任何东西。",
        (ADMIN, "wagtailcore.view_pagelogentry", "wagtailcore.view_modellogentry", "jobs.view_jobrun"),
    ),
    Role("心得评阅员", "在前台评阅读书心得；不进后台，不能评阅自己的。", ("learning.review_reflections",)),
    Role("职工", "登录后阅读内部资料；不进后台。"),
)
STOCK_GROUPS = ("Moderators", "Editors")
PRIVILEGED = ("系统管理员", "审计管理员")


class UnknownPermissionError(Exception):
    """A role names a permission that no app has: the role table is wrong."""


def _permission(name: str) -> Permission:
    app, codename = name.split(".")
    try:
        return Permission.objects.get(content_type__app_label=app, codename=codename)
    except Permission.DoesNotExist as error:
        raise UnknownPermissionError(name) from error


@transaction.atomic
def ensure_groups() -> list[Group]:
    """Make the groups of `ROLES` as they stand there; run again, it puts them back to that. Members and other groups are left alone.

    Raises UnknownPermissionError.
    """
    root, collection = Page.get_first_root_node(), Collection.get_first_root_node()
    groups = []
    for role in ROLES:
        group, _created = Group.objects.get_or_create(name=role.name)
        group.permissions.set([_permission(name) for name in role.permissions])
        for model, target, names in (
            (GroupPagePermission, {"page": root}, role.pages),
            (GroupCollectionPermission, {"collection": collection}, role.files),
        ):
            wanted = {_held_permission(name) for name in names}
            model.objects.filter(group=group, **target).exclude(permission__in=wanted).delete()
            for permission in wanted:
                model.objects.get_or_create(group=group, permission=permission, **target)
        groups.append(group)
    Group.objects.filter(name__in=STOCK_GROUPS, user=None).delete()  # made by Wagtail's migrations; may publish past the review
    return groups


def _held_permission(codename: str) -> Permission:
    """Wagtail keeps the rights on pictures and documents on its own models, whatever model a project uses."""
    app = {"page": "wagtailcore", "image": "wagtailimages", "document": "wagtaildocs"}[codename.rsplit("_", 1)[1]]
    return _permission(f"{app}.{codename}")
