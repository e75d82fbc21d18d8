"""No two stages, nor author and approver, are one person, at every door (R59)."""

import datetime

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Page

from cms.jobs.services import run_due
from cms.review.services import ensure_workflow
from cms.users.roles import ensure_groups
from learning.models import StudyMaterialPage
from tests.factories.pages import make_article, make_column, make_site, make_user
from tests.standing import standing


@standing()
def column():
    home = make_site()
    ensure_groups()
    ensure_workflow()
    return make_column(home)


@pytest.fixture
def people(column):
    return {
        "author": make_user("author", "编辑"),
        "first": make_user("first", "初审员"),
        "second": make_user("second", "复审员"),
        "third": make_user("third", "终审员"),
        "all": make_user("all", "编辑", "初审员", "复审员", "终审员"),
        "boss": make_user("boss", is_superuser=True),
    }


@pytest.fixture
def draft(column, people):
    page = make_article(column, "送审稿", publish=False)
    page.save_revision(user=people["author"])
    page.get_workflow().start(page, people["author"])
    return page


def decide(client, page, user, action="approve"):
    """The person's answer through the admin's own view."""
    client.force_login(user)
    task_state = page.current_workflow_task_state
    url = reverse("wagtailadmin_pages:workflow_action", args=[page.pk, action, task_state.pk])
    return client.post(url, {"comment": "同意"})


def stage_of(page):
    page = StudyMaterialPage.objects.get(pk=page.pk)
    return page.current_workflow_task.name if page.current_workflow_task else ("已发布" if page.live else "无")


class TestReview:
    def test_publishes_after_three_people(self, client, draft, people):
        for person, stage in (("first", "初审"), ("second", "复审"), ("third", "终审")):
            assert stage_of(draft) == stage
            decide(client, draft, people[person])
        assert stage_of(draft) == "已发布"

    def test_lets_nobody_approve_twice(self, client, draft, people):
        decide(client, draft, people["all"])
        assert stage_of(draft) == "复审"
        decide(client, draft, people["all"])
        assert stage_of(draft) == "复审"

    def test_lets_no_author_approve(self, client, column, people):
        page = make_article(column, "自审稿", publish=False)
        page.save_revision(user=people["all"])
        page.get_workflow().start(page, people["first"])
        decide(client, page, people["all"])
        assert stage_of(page) == "初审"

    def test_lets_nobody_approve_who_asked_for_the_review(self, client, column, people):
        page = make_article(column, "送审人", publish=False)
        page.get_workflow().start(page, people["all"])
        decide(client, page, people["all"])
        assert stage_of(page) == "初审"

    def test_binds_superusers_too(self, client, draft, people):
        decide(client, draft, people["boss"])
        assert stage_of(draft) == "初审"

    def test_refuses_at_the_last_door(self, draft, people):
        state = draft.current_workflow_task_state
        for person in ("author", "boss", "second"):
            with pytest.raises(PermissionDenied):
                state.task.specific.on_action(state, people[person], "approve")

    def test_lets_nobody_edit_what_is_under_review(self, client, draft, people):
        page = StudyMaterialPage.objects.get(pk=draft.pk)
        for person in people.values():
            assert page.get_lock().for_user(person)
        client.force_login(people["first"])
        assert client.get(reverse("wagtailadmin_pages:edit", args=[draft.pk])).status_code == 200

    def test_returns_with_a_comment(self, client, draft, people):
        decide(client, draft, people["first"], "reject")
        page = StudyMaterialPage.objects.get(pk=draft.pk)
        assert page.current_workflow_state.status == "needs_changes"


class TestPublishing:
    def test_is_no_single_persons_right(self, client, column, people):
        page = make_article(column, "直接发布", publish=False)
        for person in people.values():
            assert not page.permissions_for_user(person).can_publish()
            assert not Page.objects.get(pk=page.pk).permissions_for_user(person).can_publish()

    def test_goes_by_no_bulk_action(self, client, column, people):
        page = make_article(column, "批量发布", publish=False)
        for person in ("third", "boss"):
            client.force_login(people[person])
            url = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "publish"])
            client.post(f"{url}?id={page.pk}&next=/admin/", {"include_descendants": ""})
            page.refresh_from_db()
            assert not page.live

    def test_goes_by_no_copy(self, client, column, people):
        page = make_article(column, "已发布")
        client.force_login(people["boss"])
        client.post(
            reverse("wagtailadmin_pages:copy", args=[page.pk]),
            {"new_title": "副本", "new_slug": "fuben", "new_parent_page": column.pk, "publish_copies": "on"},
        )
        assert not StudyMaterialPage.objects.filter(slug="fuben", live=True).exists()

    def test_can_be_undone_by_the_last_stage(self, column, people):
        page = make_article(column, "撤下")
        assert page.permissions_for_user(people["third"]).can_unpublish()
        assert not page.permissions_for_user(people["first"]).can_unpublish()

    def test_on_a_date_passes_the_same_three_people(self, client, column, people, time_machine):
        time_machine.move_to("2026-04-14 09:00 +0800", tick=False)
        page = make_article(column, "定时", publish=False)
        page.go_live_at = timezone.now() + datetime.timedelta(days=1)
        page.expire_at = timezone.now() + datetime.timedelta(days=3)
        page.save_revision(user=people["author"])
        time_machine.move_to("2026-04-15 10:00 +0800", tick=False)
        call_command("publish_scheduled", verbosity=0)
        assert stage_of(page) == "无"
        time_machine.move_to("2026-04-14 10:00 +0800", tick=False)
        page.get_workflow().start(page, people["author"])
        for person in ("first", "second", "third"):
            decide(client, page, people[person])
        assert stage_of(page) == "无"
        time_machine.move_to("2026-04-15 10:00 +0800", tick=False)
        run_due()
        assert stage_of(page) == "已发布"
        time_machine.move_to("2026-04-17 10:00 +0800", tick=False)
        run_due()
        assert stage_of(page) == "无"

    def test_keeps_a_copy_as_private_as_its_source(self, client, column, people):
        page = make_article(column, "内部")
        page.view_restrictions.create(restriction_type="login")
        client.force_login(people["boss"])
        client.post(
            reverse("wagtailadmin_pages:copy", args=[page.pk]), {"new_title": "副本", "new_slug": "fuben", "new_parent_page": column.pk}
        )
        assert StudyMaterialPage.objects.get(slug="fuben").get_view_restrictions().exists()
