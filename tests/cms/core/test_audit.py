"""What the auditor reads: everything that was logged, and nothing else changes hands."""

import pytest
from django.urls import reverse

from cms.jobs.services import run_due
from cms.users.roles import ensure_groups
from tests.factories.organisation import DepartmentFactory
from tests.factories.pages import make_article, make_column, make_site, make_user
from tests.standing import standing

pytestmark = pytest.mark.django_db


@standing()
def logged():
    ensure_groups()
    editor = make_user("editor", "编辑", display_name="甲编辑")
    column = make_column(make_site())
    article = make_article(column, "被改过的一篇", publish=False)
    article.title = "改过之后"
    article.save_revision(user=editor, log_action=True)
    return editor


class TestAuditLog:
    def test_shows_an_auditor_what_happened_to_pages_and_records(self, client, logged):
        auditor = make_user("auditor", "审计管理员")
        boss = make_user("boss", is_superuser=True)
        client.force_login(boss)
        client.post(reverse("departments:delete", args=[DepartmentFactory(name="撤掉的科").pk]))
        client.force_login(auditor)
        text = client.get(reverse("audit_log")).content.decode()
        assert "操作日志" in text
        assert "改过之后" in text
        assert "撤掉的科" in text

    def test_narrows_by_person(self, client, logged):
        client.force_login(make_user("auditor", "审计管理员"))
        text = client.get(reverse("audit_log_results"), {"user": logged.pk}).content.decode()
        assert "改过之后" in text
        assert "两学一做" not in text

    def test_is_exported_as_a_workbook_and_not_as_csv(self, client, logged):
        client.force_login(make_user("auditor", "审计管理员"))
        workbook = client.get(reverse("audit_log"), {"export": "xlsx"})
        assert b"".join(workbook.streaming_content if workbook.streaming else [workbook.content]).startswith(b"PK")
        assert "text/csv" not in client.get(reverse("audit_log"), {"export": "csv"})["Content-Type"]

    def test_is_offered_to_auditors_alone(self, client, logged):
        client.force_login(make_user("auditor", "审计管理员"))
        assert reverse("audit_log") in client.get("/admin/").content.decode()
        client.force_login(logged)
        assert reverse("audit_log") not in client.get("/admin/").content.decode()


class TestJobRuns:
    def test_are_shown_and_never_changed(self, client, logged):
        (run, *_others) = run_due()
        client.force_login(make_user("keeper", "系统管理员"))
        text = client.get(reverse("job_runs:index")).content.decode()
        assert run.job in text
        assert "完成" in text
        assert client.post(reverse("job_runs:delete", args=[run.pk])).status_code == 302
        assert type(run).objects.filter(pk=run.pk).exists()
