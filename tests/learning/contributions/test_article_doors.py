"""Wagtail's admin shows handed-in articles to whoever may see them; it changes, publishes, decides, deletes and lets choose none."""

import pytest
from django.urls import NoReverseMatch, reverse
from wagtail.models import TaskState, WorkflowState

from cms.users.roles import ensure_groups
from learning.models import MediaArticle
from tests.factories.pages import make_site, make_user
from tests.factories.submissions import draft, given_back, handed_in, in_queue, make_newsroom
from tests.standing import standing

pytestmark = [pytest.mark.once, pytest.mark.django_db]
SNIPPET = "wagtailsnippets_learning_mediaarticle"
BASE = "/admin/snippets/learning/mediaarticle"
SECRET, TITLE = "只有作者读得到的一句话", "还没有提交的题目"
PEOPLE = ("编辑", "终审员", "机关党委办事员", "宣传科", "系统管理员", "审计管理员", "超级用户", "作者兼编辑")


@standing()
def room():
    make_site()
    ensure_groups()
    return make_newsroom()


def account(name, room):
    if name == "超级用户":
        return make_user("root", is_superuser=True)
    if name == "作者兼编辑":
        room.member.user.groups.set(make_user("bianji", "编辑").groups.all())
        return room.member.user
    return make_user("person", name)


def doors(article) -> list[tuple[str, str, dict]]:
    """(method, address, what is posted) of everything the admin does to a snippet, whether that has an address or not."""
    pk = article.pk
    revision = article.latest_revision_id or 1
    state = WorkflowState.objects.for_instance(article).first()
    task = state.current_task_state_id if state else 1
    content = {"title": "改过的题目", "body": "x", "written_on": "2026-03-01", "action-publish": "1"}
    gets = (
        "add/",
        f"edit/{pk}/",
        f"delete/{pk}/",
        f"copy/{pk}/",
        f"usage/{pk}/?describe_on_delete=1",
        f"history/{pk}/",
        f"history-results/{pk}/",
        f"inspect/{pk}/",
        f"history/{pk}/revisions/{revision}/view/",
        f"history/{pk}/revisions/{revision}/revert/",
        f"history/{pk}/revisions/compare/earliest...latest/",
        f"history/{pk}/revisions/{revision}/unschedule/",
        f"unpublish/{pk}/",
        f"workflow/action/{pk}/approve/{task}/",
        f"workflow/confirm_cancellation/{pk}/",
        f"workflow_history/{pk}/",
        f"workflow_history/{pk}/detail/{state.pk if state else 1}/",
    )
    posts = (
        "add/",
        f"edit/{pk}/",
        f"delete/{pk}/",
        f"history/{pk}/revisions/{revision}/revert/",
        f"history/{pk}/revisions/{revision}/unschedule/",
        f"unpublish/{pk}/",
        f"workflow/action/{pk}/approve/{task}/",
        f"workflow/action/{pk}/reject/{task}/",
        f"workflow/collect_action_data/{pk}/approve/{task}/",
        f"preview/{pk}/",
    )
    bulk = f"{reverse('wagtail_bulk_action', args=['learning', 'mediaarticle', 'delete'])}?id={pk}"
    return [
        *(("get", f"{BASE}/{address}", {}) for address in gets),
        *(("post", f"{BASE}/{address}", content) for address in posts),
        *(("get", bulk + more, {}) for more in ("", "&id=all")),
        ("post", bulk, {}),
        ("get", f"/admin/snippets/choose/learning/mediaarticle/?q={TITLE[:4]}", {}),
        ("get", "/admin/snippets/choose/learning/mediaarticle/results/", {}),
        ("get", f"/admin/snippets/choose/learning/mediaarticle/chosen/{pk}/", {}),
    ]


class TestDoors:
    @pytest.mark.parametrize("name", PEOPLE)
    def test_tell_nothing_of_a_draft_and_change_nothing(self, client, room, name):
        article = draft(room, title=TITLE, body=SECRET)
        client.force_login(account(name, room))
        for method, address, posted in doors(article):
            answer = getattr(client, method)(address, posted)
            html = answer.content.decode()
            assert SECRET not in html, address
            assert TITLE not in html, address
            assert answer.status_code in (302, 403, 404, 405), (method, address, answer.status_code)
        stored = MediaArticle.objects.get()
        assert (stored.title, stored.state, stored.live) == (TITLE, "draft", False)

    @pytest.mark.parametrize("name", PEOPLE)
    def test_decide_nothing_that_is_in_review(self, client, room, name):
        article = handed_in(room, title=TITLE, body=SECRET)
        client.force_login(account(name, room))
        sees = name in ("宣传科", "超级用户")
        for method, address, posted in doors(article):
            answer = getattr(client, method)(address, posted)
            is_open = sees and method == "get" and any(part in address for part in ("/inspect/", "/history/", "history-results", "/usage/"))
            if not is_open or "revisions" in address:
                assert SECRET not in answer.content.decode(), address
                assert TITLE not in answer.content.decode(), address
                assert answer.status_code in (302, 403, 404, 405), (method, address, answer.status_code)
        stored = MediaArticle.objects.get()
        assert (stored.title, stored.state, stored.live) == (TITLE, "section", False)
        assert WorkflowState.objects.get().status == "in_progress"
        assert TaskState.objects.get().status == "in_progress"

    def test_that_change_something_are_not_there(self):
        assert reverse(f"{SNIPPET}:list") == f"{BASE}/"
        for name in ("add", "edit", "delete", "unpublish", "revisions_revert", "workflow_action", "confirm_workflow_cancellation"):
            with pytest.raises(NoReverseMatch):
                reverse(f"{SNIPPET}:{name}", args=[1])

    @pytest.mark.parametrize("name", ["宣传科", "超级用户"])
    def test_show_the_office_what_was_handed_in(self, client, room, name):
        article = in_queue(room, title="报来的题目", body=SECRET)
        given_back(room, title="退回的题目")
        draft(room, title=TITLE)
        client.force_login(account(name, room))
        listed = client.get(reverse(f"{SNIPPET}:list")).content.decode()
        assert ("报来的题目" in listed, "退回的题目" in listed, TITLE in listed) == (True, True, False)
        assert "bulk" not in client.get(reverse(f"{SNIPPET}:list_results")).content.decode()
        assert SECRET in client.get(reverse(f"{SNIPPET}:inspect", args=[article.pk])).content.decode()
        for door in ("history", "history_results", "usage"):
            assert client.get(reverse(f"{SNIPPET}:{door}", args=[article.pk])).status_code == 200, door

    @pytest.mark.parametrize("name", ["编辑", "终审员", "机关党委办事员", "系统管理员", "审计管理员", "作者兼编辑"])
    def test_show_others_no_list(self, client, room, name):
        handed_in(room, title=TITLE)
        client.force_login(account(name, room))
        answer = client.get(reverse(f"{SNIPPET}:list"))
        assert answer.status_code in (302, 403)
        assert TITLE not in answer.content.decode()


class TestTexts:
    @pytest.mark.parametrize("name", ["终审员", "机关党委办事员", "审计管理员", "宣传科", "作者兼编辑"])
    def test_are_in_no_report_search_or_log(self, client, room, name):
        handed_in(room, title=TITLE, body=SECRET)
        given_back(room, title=TITLE, body=SECRET, note=SECRET)
        client.force_login(account(name, room))
        reports = ("workflow", "workflow_tasks", "aging_pages", "site_history")
        addresses = [
            reverse("audit_log"),
            reverse("wagtailadmin_home"),
            *(reverse(f"wagtailadmin_reports:{report}") for report in reports),
            "/admin/snippets/",
            f"/search/?q={SECRET[:6]}",
        ]
        for address in addresses:
            html = client.get(address).content.decode()
            assert SECRET not in html, address
            assert TITLE not in html, address

    def test_of_a_draft_are_shown_to_no_superuser(self, client, room):
        draft(room, title=TITLE, body=SECRET)
        client.force_login(make_user("root", is_superuser=True))
        for address in (reverse("audit_log"), reverse("wagtailadmin_home"), reverse("wagtailadmin_reports:workflow")):
            assert TITLE not in client.get(address).content.decode(), address

    def test_of_what_is_in_review_leave_the_reports_working(self, client, room):
        """They list what a superuser could edit; there is no page to edit it on."""
        handed_in(room)
        client.force_login(make_user("root", is_superuser=True))
        for report in ("workflow", "workflow_tasks", "site_history"):
            assert client.get(reverse(f"wagtailadmin_reports:{report}")).status_code == 200, report
