"""Wagtail's admin reads, decides, publishes and copies no reflection, whoever asks; taking one off the site stays possible."""

import json

import pytest
from django.urls import reverse
from wagtail.models import TaskState, WorkflowState

from cms.users.roles import ensure_groups
from learning.models import ReadingReviewPage, ReadingRoomPage, Reflection
from learning.reading.services.pages import is_withdrawn
from tests.factories.pages import make_site, make_user
from tests.factories.reviews import handed_in_reflection, make_review_bureau, make_room, reviewed_reflection
from tests.standing import standing

pytestmark = pytest.mark.once
SECRET = "只有评阅人读得到的一句话"
TITLE = "还没有通过的题目"
PEOPLE = ("编辑", "初审员", "终审员", "机关党委办事员", "超级用户", "作者兼编辑")


@standing()
def bureau():
    make_room(make_site())
    ensure_groups()
    return make_review_bureau()


@pytest.fixture
def room(bureau):
    return ReadingRoomPage.objects.get()


def account(name, bureau):
    if name == "超级用户":
        return make_user("root", is_superuser=True)
    if name == "作者兼编辑":
        bureau.member.user.groups.set(make_user("bianji", "编辑").groups.all())
        return bureau.member.user
    return make_user("person", name)


def doors(page) -> list[tuple[str, str, dict]]:
    """(method, address, what is posted) of everything the admin does to a page."""
    pages, revision = "wagtailadmin_pages", page.latest_revision_id
    state = WorkflowState.objects.for_instance(page).first()
    task = state.current_task_state
    content = {"title": "改过的题目", "slug": page.slug, "author_name": "别人"}
    one = [page.pk]

    def at(name, *args):
        return reverse(f"{pages}:{name}", args=args or one)

    return [
        *(("get", at(name), {}) for name in ("edit", "view_draft", "history", "usage", "copy", "delete", "set_privacy", "move")),
        *(("get", at(name), {}) for name in ("workflow_history", "preview_on_edit", "convert_alias", "history_results")),
        ("get", at("workflow_history_detail", page.pk, state.pk), {}),
        ("get", at("revisions_view", page.pk, revision), {}),
        ("get", at("revisions_revert", page.pk, revision), {}),
        ("get", at("revisions_compare", page.pk, "earliest", "latest"), {}),
        ("get", at("workflow_preview", page.pk, task.task_id), {}),
        ("get", at("workflow_action", page.pk, "approve", task.pk), {}),
        ("post", at("workflow_action", page.pk, "approve", task.pk), {"comment": ""}),
        ("post", at("workflow_action", page.pk, "reject", task.pk), {"comment": ""}),
        ("post", at("collect_workflow_action_data", page.pk, "approve", task.pk), {"comment": ""}),
        ("post", at("edit"), {**content, "action-publish": "1"}),
        ("post", at("edit"), {**content, "action-submit": "1"}),
        ("post", at("edit"), {**content, "action-cancel-workflow": "1"}),
        ("post", at("edit"), {**content, "action-workflow-action": "1", "workflow-action-name": "approve"}),
        ("post", at("revisions_revert", page.pk, revision), {**content, "action-publish": "1"}),
        ("post", at("preview_on_edit"), content),
        ("post", at("copy"), {"new_title": "副本", "new_slug": "fuben", "new_parent_page": page.get_parent().pk, "alias": "1"}),
        ("post", at("set_privacy"), {"restriction_type": "none"}),
        ("post", at("delete"), {}),
        ("post", at("move_confirm", page.pk, page.get_parent().pk), {}),
        ("post", at("lock"), {}),
        *(
            ("post", f"{reverse('wagtail_bulk_action', args=['wagtailcore', 'page', action])}?id={page.pk}", {})
            for action in ("publish", "delete", "move")
        ),
    ]


class TestDoors:
    @pytest.mark.parametrize("name", PEOPLE)
    def test_refuse_what_is_in_review(self, client, bureau, name):
        given = handed_in_reflection(author=bureau.member, consent="public", title=TITLE, html=f"<p>{SECRET}</p>")
        client.force_login(account(name, bureau))
        for method, address, posted in doors(given.page):
            answer = getattr(client, method)(address, posted)
            assert SECRET not in answer.content.decode(), address
            assert answer.status_code in (302, 403, 404, 405) or "/bulk/" in address, (method, address, answer.status_code)
        page = ReadingReviewPage.objects.get()
        assert (page.live, page.title, page.locked, page.alias_of_id) == (False, TITLE, False, None)
        assert page.view_restrictions.get().restriction_type == "login"
        assert WorkflowState.objects.get().status == "in_progress"
        assert TaskState.objects.get().status == "in_progress"
        assert Reflection.objects.get(pk=given.pk).state == "waiting"

    @pytest.mark.parametrize(
        "action", ["publish_revision", "unpublish", "copy", "create_alias", "delete", "move", "revert_to_page_revision"]
    )
    def test_refuse_the_actions_of_the_api(self, client, bureau, action):
        given = handed_in_reflection(author=bureau.member, title=TITLE, html=f"<p>{SECRET}</p>")
        client.force_login(account("超级用户", bureau))
        address = reverse("wagtailadmin_api:pages:action", args=[given.page.pk, action])
        posted = {"revision_id": given.page.latest_revision_id, "destination_page_id": given.page.get_parent().pk}
        answer = client.post(address, json.dumps(posted), content_type="application/json")
        assert answer.status_code in (400, 403, 404), (action, answer.status_code)
        assert SECRET not in client.get(reverse("wagtailadmin_api:pages:detail", args=[given.page.pk]), {"fields": "*"}).content.decode()
        page = ReadingReviewPage.objects.get()
        assert not page.live

    @pytest.mark.parametrize("name", ["终审员", "超级用户"])
    def test_lets_a_publisher_withdraw_and_nobody_bring_back(self, client, bureau, name):
        shown = reviewed_reflection(author=bureau.member, by=bureau.other_head, consent="public")
        client.force_login(account(name, bureau))
        assert client.post(reverse("wagtailadmin_pages:unpublish", args=[shown.page.pk])).status_code == 302
        shown = Reflection.objects.get(pk=shown.pk)
        assert not shown.page.live
        assert shown.consent == "public"
        assert is_withdrawn(shown)
        client.post(f"{reverse('wagtail_bulk_action', args=['wagtailcore', 'page', 'publish'])}?id={shown.page.pk}", {})
        client.post(reverse("wagtailadmin_pages:edit", args=[shown.page.pk]), {"title": "x", "action-publish": "1"})
        assert not ReadingReviewPage.objects.get().live

    def test_lets_nobody_copy_the_room_with_what_hangs_in_it(self, client, bureau, room):
        reviewed_reflection(author=bureau.member, by=bureau.other_head, consent="public")
        client.force_login(account("超级用户", bureau))
        for alias in ("", "1"):
            posted = {"new_title": "副本", "new_slug": f"fuben{alias}", "new_parent_page": room.get_parent().pk, "copy_subpages": "1"}
            client.post(reverse("wagtailadmin_pages:copy", args=[room.pk]), posted | ({"alias": "1"} if alias else {}))
        assert not ReadingReviewPage.objects.filter(live=True, alias_of=None).exclude(reflection__isnull=False).exists()


def in_words(answer) -> str:
    is_json = answer.headers["Content-Type"].startswith("application/json")
    return json.dumps(answer.json(), ensure_ascii=False) if is_json else answer.content.decode()


class TestInExplorer:
    @pytest.fixture
    def lists(self, client, bureau, room):
        """What the lists say that a hook reaches."""
        client.force_login(account("编辑", bureau))
        addresses = [
            reverse("wagtailadmin_explore", args=[room.pk]),
            f"{reverse('wagtailadmin_explore', args=[room.pk])}?q=题目",
            f"{reverse('wagtailadmin_api:pages:listing')}?child_of={room.pk}&for_explorer=1",
            reverse("wagtailadmin_choose_page_child", args=[room.pk]),
        ]

        def texts():
            return [in_words(client.get(address)) for address in addresses]

        return texts

    def test_leaves_out_the_titles_of_what_nobody_may_read(self, bureau, lists):
        handed_in_reflection(author=bureau.member, title=TITLE, consent="public")
        reviewed_reflection(author=bureau.member, by=bureau.other_head, title=TITLE, consent="none")
        assert [text.count(TITLE) for text in lists()] == [0, 0, 0, 0]

    def test_lists_what_is_live(self, bureau, lists):
        reviewed_reflection(author=bureau.member, by=bureau.other_head, title=TITLE, consent="internal")
        assert [TITLE in text for text in lists()] == [True] * 4


class TestTexts:
    @pytest.mark.parametrize("name", ["终审员", "机关党委办事员", "超级用户"])
    def test_are_in_no_list_search_or_report(self, client, bureau, room, name):
        handed_in_reflection(author=bureau.member, title=TITLE, html=f"<p>{SECRET}</p>", consent="public")
        reviewed_reflection(author=bureau.member, by=bureau.other_head, html=f"<p>{SECRET}</p>", note=SECRET, consent="none")
        client.force_login(account(name, bureau))
        reports = ("workflow", "workflow_tasks", "aging_pages", "page_types_usage", "site_history")
        addresses = [
            reverse("audit_log"),
            reverse("wagtailadmin_home"),
            reverse("wagtailadmin_explore", args=[room.pk]),
            reverse("wagtailadmin_pages:type_use", args=["learning", "readingreviewpage"]),
            *(reverse(f"wagtailadmin_reports:{report}") for report in reports),
            f"/search/?q={SECRET[:6]}",
        ]
        for address in addresses:
            html = client.get(address).content.decode()
            assert SECRET not in html, address
            assert TITLE not in html, address
        for words in (SECRET[:8], TITLE[:4]):  # no list tells what stands in a text
            assert TITLE not in client.get(f"{reverse('wagtailadmin_pages:search')}?q={words}").content.decode()
