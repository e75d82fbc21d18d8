"""The one question of what somebody may see, against the answer worked out page by page in Python."""

import pytest
from django.contrib.auth.models import AnonymousUser, Group
from wagtail.models import Page, PageViewRestriction

from cms.core.visibility import visible_pages
from cms.users.roles import ensure_groups
from learning.models import ArticlePage
from tests.factories.pages import make_article, make_column, make_site, make_user


def close(page, *groups):
    kind = PageViewRestriction.GROUPS if groups else PageViewRestriction.LOGIN
    restriction = PageViewRestriction.objects.create(page=Page.objects.get(pk=page.pk), restriction_type=kind)
    restriction.groups.set(Group.objects.filter(name__in=groups))


@pytest.fixture(scope="module")
def tree(module_db):
    """Open, closed, closed to groups; below closed columns, drafts, aliases of closed pages."""
    ensure_groups()
    home = make_site()
    opened = make_column(home)
    inner = make_column(opened, "下级栏目", "inner")
    staff_only = make_column(home, "内部栏目", "staff-only")
    for column in (opened, inner, staff_only):
        for number in range(3):
            make_article(column, f"{column.title}的文章{number}", days_ago=number)
    make_article(opened, "草稿", publish=False)
    close(staff_only)
    for_staff = make_article(opened, "给职工看的")
    close(for_staff)
    for_clerks = make_article(inner, "给办事员看的")
    close(for_clerks, "机关党委办事员")
    both = make_article(staff_only, "给办事员和编辑看的")
    close(both, "机关党委办事员", "编辑")
    for hidden in (for_clerks, for_staff):
        hidden.create_alias(parent=Page.objects.get(pk=opened.pk), update_slug=f"alias-{hidden.pk}")
    return home


@pytest.fixture(params=["anonymous", "职工", "编辑", "机关党委办事员", "superuser"])
def reader(request, tree, db):
    if request.param == "anonymous":
        return AnonymousUser()
    return make_user("reader", request.param, is_superuser=request.param == "superuser")


def may_read(user, page) -> bool:
    if not page.live:
        return False
    if user.is_superuser:
        return True
    asked = [page, *([page.alias_of] if page.alias_of_id else [])]
    restrictions = [*PageViewRestriction.objects.filter(page__in=page.get_ancestors()), *PageViewRestriction.objects.filter(page__in=asked)]
    groups = set(user.groups.values_list("pk", flat=True)) if user.is_authenticated else set()
    return all(
        user.is_authenticated and (one.restriction_type == "login" or groups & set(one.groups.values_list("pk", flat=True)))
        for one in restrictions
    )


class TestVisibleTo:
    def test_agrees_with_every_page_asked_by_itself(self, tree, reader):
        expected = {page.pk for page in Page.objects.all() if may_read(reader, page)}
        assert set(visible_pages(reader).values_list("pk", flat=True)) == expected

    def test_takes_one_statement(self, tree, reader, django_assert_num_queries):
        with django_assert_num_queries(1):
            list(visible_pages(reader))


class TestBeside:
    def test_agrees_for_the_neighbours_of_whatever_may_be_read(self, tree, reader):
        visible = ArticlePage.objects.visible_to(reader)
        assert visible
        for article in visible:
            beside = ArticlePage.objects.beside(article, reader)
            assert set(beside) == {other for other in visible if other.is_sibling_of(article)}
