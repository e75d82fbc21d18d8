"""What nobody means to send, to every address of the room: it is refused or not found, never an error."""

import pytest
from django.urls import reverse

from learning.portfolio.urls import urlpatterns
from tests.factories.bureau import make_bureau
from tests.factories.pages import make_site
from tests.factories.portfolio import ApplicationFactory, FiveHavesFileFactory, StudyPlanFactory, StudyStatementFactory
from tests.factories.programme import at
from tests.standing import standing

NOW = at(2026, 11, 25, 9)
FIELDS = [
    "act",
    "version",
    "goals",
    "books",
    "topics",
    "schedule",
    "reason",
    "text",
    "token",
    "source",
    "learnt",
    "change",
    "happened_on",
    "kind",
    "title",
    "institution",
    "started_on",
    "finished_on",
    "was",
    "seen",
    "note",
    "after",
    "next",
    "year",
    "department",
    "due_on",
    "peers",
    "remark",
    "held_on",
    "sampling",
    "percent",
    "people",
    "lines",
    "state",
    "name",
    "have",
    "page",
    "person",
]
HOSTILE = ("\x00", "9" * 30, "-1", "字" * 70_000, "0001-01-01", "9999-12-31", "=1+1", "<script>alert(1)</script>", "")
YEARS, FAR = (0, 1999, 2026, 9999), 10**30
LONGEST = 300  # characters in an address


@standing(now=NOW)
def bureau():
    make_site()
    bureau = make_bureau()
    file = FiveHavesFileFactory(staff=bureau.member)
    StudyPlanFactory(file=file, waiting=True)
    StudyStatementFactory(file=file, state="draft", handed_in_at=None)
    ApplicationFactory(staff=bureau.member)
    return bureau


def addresses(pattern, bureau):
    wanted = list(pattern.pattern.converters)
    known = {"staff_pk": bureau.member.pk, "department_pk": bureau.office.pk, "pk": 1}
    for year in YEARS if "year" in wanted else YEARS[:1]:
        for far in (None, FAR):
            given = {name: year if name == "year" else known[name] if far is None else far for name in wanted}
            yield reverse(pattern.name, kwargs=given)


@pytest.mark.parametrize("who", ["member", "clerk"])
@pytest.mark.parametrize("pattern", [one for one in urlpatterns if one.name != "file_package"], ids=lambda pattern: pattern.name)
def test_is_answered_without_an_error(as_, bureau, pattern, who):
    client = as_(getattr(bureau, who))
    client.raise_request_exception = False
    for number, url in enumerate(dict.fromkeys(addresses(pattern, bureau))):
        value = HOSTILE[number % len(HOSTILE)]
        for response in (
            client.get(url, dict.fromkeys(FIELDS, value[:LONGEST])),
            client.post(url, {name: [value, HOSTILE[-2]] for name in FIELDS}),
            client.post(url),
        ):
            assert response.status_code < 500, (url, value[:20])
            assert response.streaming or b"<script>alert(1)" not in response.content
