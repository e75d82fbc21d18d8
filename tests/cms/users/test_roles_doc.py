"""docs/roles.md says of every group what it may do, who grants it and whether it needs a second factor."""

import re
from pathlib import Path

import pytest

from cms.settings import base
from cms.users.roles import PRIVILEGED, ROLES

TEXT = (Path(__file__).resolve().parents[3] / "docs/roles.md").read_text(encoding="utf-8")
SECTIONS = {title.strip(): body for title, body in re.findall(r"^## (.+)\n((?:(?!^## ).*\n?)*)", TEXT, re.MULTILINE)}
ROWS = ("看得到", "能做", "不能做", "由谁授予", "动态口令")
EVERYBODY_ELSE = {"未登录的读者", "超级管理员"}


def rows_of(section: str) -> dict[str, str]:
    return dict(re.findall(r"^\| (\S+) \| (.+) \|$", SECTIONS[section], re.MULTILINE))


class TestRolesDoc:
    def test_has_a_section_for_every_role_and_for_nobody_else(self):
        assert set(SECTIONS) == {role.name for role in ROLES} | EVERYBODY_ELSE

    @pytest.mark.parametrize("section", [role.name for role in ROLES] + sorted(EVERYBODY_ELSE))
    def test_answers_every_question(self, section):
        rows = rows_of(section)
        assert all(rows.get(row) for row in ROWS), rows

    @pytest.mark.parametrize("role", ROLES, ids=lambda role: role.name)
    def test_says_who_grants_it(self, role):
        granted_by = rows_of(role.name)["由谁授予"]
        assert ("只有超级管理员" in granted_by) == (role.name in PRIVILEGED)

    @pytest.mark.parametrize("role", ROLES, ids=lambda role: role.name)
    def test_says_whether_a_second_factor_is_needed(self, role):
        assert ("必须" in rows_of(role.name)["动态口令"]) == (role.name in base.MFA_REQUIRED_GROUPS)
