import pytest
from django.urls import reverse

from cms.users.roles import ensure_groups
from learning.models import MakeUp
from learning.programme.start_page import ProgrammePanel
from tests.factories.organisation import StaffMemberFactory
from tests.factories.pages import make_user
from tests.factories.programme import SessionFactory, at

pytestmark = pytest.mark.django_db
NOW = at(2026, 11, 25, 9)


class TestProgrammePanel:
    def test_counts_what_waits_in_three_statements(self, django_assert_num_queries):
        this_week = SessionFactory(starts_at=at(2026, 11, 27))
        SessionFactory(starts_at=at(2026, 12, 1))
        missed_roll, _held = SessionFactory(starts_at=at(2026, 11, 10)), SessionFactory(starts_at=at(2026, 11, 3), held=True)
        SessionFactory(starts_at=at(2026, 11, 26), state="cancelled", reason="停电")
        MakeUp.objects.create(session=missed_roll, staff=StaffMemberFactory(), due_on=NOW.date(), state="submitted", note="学了")
        ensure_groups()
        clerk = make_user("clerk", "机关党委办事员")
        assert clerk.has_perm("learning.run_programme")
        with django_assert_num_queries(3):
            context = ProgrammePanel(clerk, NOW).get_context_data()
        assert context["sessions"] == [this_week]
        assert (context["without_roll"], context["to_check"]) == ([missed_roll], 1)

    def test_is_on_the_clerks_start_page_alone(self, client):
        ensure_groups()
        for role, is_there in (("机关党委办事员", True), ("编辑", False)):
            client.force_login(make_user(role, role))
            assert ("待核对补学" in client.get(reverse("wagtailadmin_home")).content.decode()) == is_there
