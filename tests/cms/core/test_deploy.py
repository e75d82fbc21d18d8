"""What stands in deploy/ and in the manual agrees with the program: names of variables and commands, limits, the cookie."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import get_commands

from cms.imports import sheets
from cms.settings import base

ROOT = Path(settings.BASE_DIR)
NGINX = (ROOT / "deploy/nginx.conf").read_text(encoding="utf-8")
MANUAL = (ROOT / "docs/operations.zh-CN.md").read_text(encoding="utf-8")
ENV = (ROOT / "deploy/env.example").read_text(encoding="utf-8")
UNITS = sorted((ROOT / "deploy/systemd").iterdir())
VARIABLE = re.compile(r"""env(?:\.\w+)?\(\s*["']([A-Z_]+)["']""")
MEGABYTE = 1024 * 1024


def variables() -> set[str]:
    return {name for path in (ROOT / "cms/settings").glob("*.py") for name in VARIABLE.findall(path.read_text(encoding="utf-8"))}


def body_limit(location: str) -> int:
    """Bytes that nginx lets through to `location`."""
    block = re.search(rf"location {re.escape(location)} \{{(.*?)\n    \}}", NGINX, re.DOTALL)[1]
    found = re.search(r"client_max_body_size (\d+)m;", block) or re.search(r"^    client_max_body_size (\d+)m;", NGINX, re.MULTILINE)
    return int(found[1]) * MEGABYTE


class TestEnvironment:
    def test_every_variable_the_settings_read_is_in_the_example_and_in_the_manual(self):
        assert len(variables()) > 10
        assert [name for name in sorted(variables()) if name not in ENV] == []
        assert [name for name in sorted(variables()) if name not in MANUAL] == []

    def test_the_example_names_no_other(self):
        named = {line.lstrip("# ").partition("=")[0] for line in ENV.splitlines() if re.match(r"(# )?[A-Z_]+=", line)}
        assert named - variables() == set()

    def test_the_defaults_shown_are_the_defaults(self):
        shown = dict(re.findall(r"^# ([A-Z_]+)=(.*)$", ENV, re.MULTILINE))
        assert shown["MFA_REQUIRED_GROUPS"] == ",".join(base.MFA_REQUIRED_GROUPS)
        assert shown["PASSWORD_MAX_AGE_DAYS"] == str(base.PASSWORD_MAX_AGE_DAYS)
        assert shown["ANONYMOUS_PAGE_SECONDS"] == str(base.ANONYMOUS_PAGE_SECONDS)

    def test_holds_no_secret(self):
        assert re.search(r"^SECRET_KEY=$", ENV, re.MULTILINE)


class TestNginx:
    def test_knows_the_cookie_of_a_session(self):
        pattern = re.search(r'"~(\(.+\)=)" 1;', NGINX)[1]
        for cookies in (f"{base.SESSION_COOKIE_NAME}=x", f"a=b; {base.SESSION_COOKIE_NAME}=x", "messages=x"):
            assert re.search(pattern, cookies)
        for cookies in ("", f"{base.CSRF_COOKIE_NAME}=x", f"not{base.SESSION_COOKIE_NAME}=x", "reader=x"):
            assert not re.search(pattern, cookies)

    def test_lets_through_what_the_program_takes(self):
        assert body_limit("/admin/") == 12 * MEGABYTE > base.WAGTAILIMAGES_MAX_UPLOAD_SIZE
        assert body_limit("/admin/documents/") > base.WAGTAILDOCS_MAX_UPLOAD_SIZE
        assert body_limit("/admin/imports/") == 50 * MEGABYTE > sheets.MAX_BYTES
        assert body_limit("/my/reflections/") == 50 * MEGABYTE  # a photograph of 40 MB is refused by the program, which keeps the text

    def test_overwrites_the_readers_address(self):
        assert "proxy_set_header X-Forwarded-For $remote_addr;" in NGINX
        assert "$proxy_add_x_forwarded_for" not in NGINX

    @pytest.mark.skipif(not shutil.which("nginx") or not shutil.which("openssl"), reason="no nginx or openssl on this machine")
    def test_is_understood_by_nginx(self, tmp_path):
        key, certificate = tmp_path / "key.pem", tmp_path / "cert.pem"
        request = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=study.example.gov.cn"]
        subprocess.run(["openssl", *request, "-keyout", key, "-out", certificate], check=True, capture_output=True)
        text = NGINX.replace("/etc/learning/tls/fullchain.pem", str(certificate)).replace("/etc/learning/tls/key.pem", str(key))
        text = (
            text.replace("/var/cache/learning", str(tmp_path / "cache"))
            .replace("listen 80", "listen 18080")
            .replace("listen 443", "listen 18443")
        )
        text = text.replace("[::]:80", "[::]:18080").replace("[::]:443", "[::]:18443")
        main = tmp_path / "nginx.conf"
        main.write_text(
            f"pid {tmp_path}/pid; error_log {tmp_path}/error; events {{}}\nhttp {{ access_log off;\n{text}\n}}\n", encoding="utf-8"
        )
        tried = subprocess.run(["nginx", "-t", "-c", main, "-e", tmp_path / "early"], capture_output=True, text=True, check=False)
        assert "syntax is ok" in tried.stderr, tried.stderr


class TestUnits:
    @pytest.mark.parametrize("unit", [unit for unit in UNITS if unit.suffix == ".service"], ids=lambda unit: unit.name)
    def test_run_as_the_sites_own_user_with_production_settings(self, unit):
        text = unit.read_text(encoding="utf-8")
        assert "User=learning" in text
        assert "DJANGO_SETTINGS_MODULE=cms.settings.base" in text
        assert "NoNewPrivileges=yes" in text
        assert "IPAddressDeny=any" in text

    def test_call_commands_that_there_are(self):
        called = {name for unit in UNITS for name in re.findall(r"manage\.py (\w+)", unit.read_text(encoding="utf-8"))}
        assert called == {"run_due", "backup"}
        assert called <= get_commands().keys()


class TestManual:
    def test_calls_commands_that_there_are(self):
        called = set(re.findall(r"learning-manage (\w+)", MANUAL))
        assert {"backup", "restore_backup", "begin_site", "make_administrator", "reset_account", "run_due", "migrate"} <= called
        assert called <= get_commands().keys()

    def test_names_files_that_there_are(self):
        for name in set(re.findall(r"(?:deploy|docs)/[\w./-]+\w", MANUAL)):
            assert list(ROOT.glob(f"{name}*")), name

    def test_leads_nowhere_by_its_links(self):
        headings = {
            re.sub(r"[^\w\s-]", "", title).strip().lower().replace(" ", "-") for title in re.findall(r"^#+ (.+)$", MANUAL, re.MULTILINE)
        }
        assert set(re.findall(r"\]\(#([^)]+)\)", MANUAL)) <= headings
