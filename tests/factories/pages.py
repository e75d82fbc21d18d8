"""Pages that speak the domain: a site with a home page, columns, articles in them."""

import datetime

from django.contrib.auth.models import Group
from django.utils import timezone
from wagtail.models import Page, Site

from cms.core.services import add_page
from cms.users.models import User
from home.models import HomePage
from learning.models import ColumnPage, NoticePage, StudyMaterialPage

PASSWORD = "Bijiben-2031-qingkong"


def make_site() -> HomePage:
    """A home page at the root of the default site."""
    root = Page.get_first_root_node()
    root.get_children().filter(slug="home").delete()
    root = Page.get_first_root_node()
    home = add_page(parent=root, page=HomePage(title="首页", slug="home"), publish=True)
    Site.objects.all().delete()
    Site.objects.create(hostname="testserver", port=80, root_page=home, is_default_site=True)
    return home


def make_column(parent, title="两学一做", slug="liangxueyizuo", **facts) -> ColumnPage:
    return add_page(
        parent=Page.objects.get(pk=parent.pk).specific, page=ColumnPage(title=title, slug=slug, show_in_menus=True, **facts), publish=True
    )


def make_article(column, title, *, model=StudyMaterialPage, days_ago=0, publish=True, public=False, **facts):
    """An article shown `days_ago` days ago at 10:13 Shanghai time."""
    day = timezone.localtime() - datetime.timedelta(days=days_ago)
    facts.setdefault("shown_at", day.replace(hour=10, minute=13, second=0, microsecond=0))
    page = model(title=title, slug=facts.pop("slug", ""), **facts)
    if not page.slug:
        page.slug = f"a{Page.objects.count()}"
    return add_page(parent=Page.objects.get(pk=column.pk).specific, page=page, publish=publish, public=public)


def make_notice(column, title="关于读书的通知", **facts) -> NoticePage:
    return make_article(column, title, model=NoticePage, **facts)


def make_user(username, *groups, **facts) -> User:
    user = User.objects.create_user(username=username, password=PASSWORD, display_name=facts.pop("display_name", username), **facts)
    if groups:
        user.groups.set(Group.objects.filter(name__in=groups))
    return user
