"""A real Chromium (Debian's) against a live server with the sample site. Where there is none, the tests are skipped and say so.

Building the site and emptying the tables after it costs seconds, so a module shares one (`site`) instead of rebuilding it for every
test as pytest-django's `live_server` fixture would. Tests of a module that change something change each their own thing.
"""

import os
import shutil
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe, AxeResults
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from django.test import Client
from playwright.sync_api import expect

from cms.users.models import User
from home.sample.loading import load_sample_site
from home.sample.people import SAMPLE_PASSWORD
from learning.models import NoticePage

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
PHONE = {"width": 360, "height": 740}
DESKTOP = {"width": 1280, "height": 800}
PARTS = ("with_year", "with_reading", "with_contributions", "with_portfolio")
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]

# Playwright runs its own event loop in the test's thread; the ORM calls beside it are plain synchronous ones.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

expect.set_options(timeout=10_000)  # milliseconds: a busy machine is no failure

both_widths = pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["360px", "1280px"], indirect=True)
# For what is the same at every width: on the narrow screen, where things are the sooner hidden, covered or out of reach.
on_a_phone = pytest.mark.parametrize("viewport", [PHONE], ids=["360px"], indirect=True)


def pytest_collection_modifyitems(items):
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)
            if CHROMIUM is None:
                item.add_marker(pytest.mark.skip(reason="no Chromium on this machine: browser tests are not run (apt install chromium)"))


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    arguments = ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update"]
    if os.geteuid() == 0:
        arguments.append("--no-sandbox")
    return {**browser_type_launch_args, "executable_path": CHROMIUM, "args": arguments}


@pytest.fixture
def viewport(request):
    return getattr(request, "param", DESKTOP)


@pytest.fixture
def browser_context_args(browser_context_args, viewport):
    return {**browser_context_args, "locale": "zh-CN", "timezone_id": "Asia/Shanghai", "viewport": viewport}


@pytest.fixture
def context(context):
    context.set_default_timeout(15_000)
    return context


@pytest.fixture(autouse=True)
def _live_server_helper():
    """In the place of pytest-django's, which would empty the tables after every test: here `site` does, after every module."""


@pytest.fixture(scope="session")
def base_url(live_server):
    """`page.goto("/")` goes to the live server."""
    return live_server.url


def empty_the_tables():
    """Flush, but never a database that is not the suite's own: pytest-django makes one only if a collected test asks for it."""
    name = Path(str(connection.settings_dict["NAME"])).name
    if not name.startswith("test_"):
        pytest.exit(f"refusing to empty the tables of {name}: it is not a test database")
    call_command("flush", interactive=False, verbosity=0)


@pytest.fixture(scope="module")
def site(request, django_db_setup, live_server, django_db_blocker):
    """The sample site for a whole module; the tables are as empty afterwards as before. The site's address.

    With a year of the programme, with what is read, with contributions, with five-haves files only where the module says `WITH_YEAR`,
    `WITH_READING`, `WITH_CONTRIBUTIONS`, `WITH_PORTFOLIO`: they take longer than the rest.
    """
    with django_db_blocker.unblock():
        empty_the_tables()
        cache.clear()
        load_sample_site(**{part: getattr(request.module, part.upper(), False) for part in PARTS})
        try:
            yield live_server.url
        finally:
            empty_the_tables()


@pytest.fixture
def notice(site):
    """The real notice, a public page of the sample site."""
    return NoticePage.objects.get(slug__startswith="guan-yu-yin-fa")


def session_cookie(username, url):
    """The cookie of a session of `username`, for `add_cookies`."""
    from_client = Client()
    from_client.force_login(User.objects.get(username=username))
    cookie = next(iter(from_client.cookies.values()))
    return {"name": cookie.key, "value": cookie.value, "url": url}


@pytest.fixture
def signed_in(site, context):
    """`signed_in("bianji")`: give the browser a session of that person without typing the password."""

    def sign_in(username):
        context.clear_cookies()
        context.add_cookies([session_cookie(username, site)])
        return context

    return sign_in


@pytest.fixture
def sign_in_by_form(site):
    """`sign_in_by_form(page, "bianji", next="/admin/")`: through the form, as people do."""

    def sign_in(page, username, next="/"):
        page.goto(f"/login/?next={next}")
        page.get_by_label("用户名").fill(username)
        page.get_by_label("密码").fill(SAMPLE_PASSWORD)
        page.get_by_role("button", name="登录", exact=True).click()
        page.wait_for_url(f"**{next}")

    return sign_in


class AxeOnceAPage(Axe):
    """A document keeps the instrument until it is left: half a megabyte of script is not read and compiled for every look at it."""

    def run(self, page, context=None, options=None):
        if page.evaluate("typeof window.axe === 'undefined'"):
            page.evaluate(self.axe_script)
        asked = self._format_script_args(context=context, options=options)
        return AxeResults(page.evaluate(f"axe.run({asked})"))


@pytest.fixture(scope="session")
def violations_of():
    """`violations_of(page)`: what axe finds against WCAG 2.2 AA, one readable line for each place."""
    axe = AxeOnceAPage()

    def run(page, exclude=(), rules=()):
        scope = {"exclude": [[selector] for selector in exclude]} if exclude else None
        only = {"type": "rule", "values": list(rules)} if rules else {"type": "tag", "values": WCAG}
        # Half faded in, a message has half its contrast.
        page.evaluate(
            "Promise.allSettled(document.getAnimations().filter(each => each.effect.getComputedTiming().endTime !== Infinity).map(each => each.finished))"
        )
        options = {"resultTypes": ["violations"], "runOnly": only}
        found = axe.run(page, context=scope, options=options).response["violations"]
        return [
            f"{violation['id']}: {node['target']} {node['failureSummary'].splitlines()[-1].strip()}"
            for violation in found
            for node in violation["nodes"]
        ]

    return run
