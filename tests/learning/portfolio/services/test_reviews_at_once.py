"""A round and a finding that several people act on in the same moment."""

import datetime
import threading
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from learning.models import Finding, StudyReview
from learning.portfolio.services.inspections import Fault, check_file, decide_finding, open_inspection, rectify_finding
from learning.portfolio.services.reviews import SAMPLE_RUBRIC, close_reviews, open_reviews, prepare_reviews, submit_review
from tests.factories.bureau import make_bureau
from tests.factories.programme import at

NOW = at(2026, 12, 1, 9)
DUE = datetime.date(2026, 12, 25)
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def bureau(transactional_db):
    return make_bureau()


@pytest.fixture
def prepared(bureau):
    return prepare_reviews(year=2026, rubric=SAMPLE_RUBRIC, due_on=DUE, peers=5, note="", by=bureau.clerk.user, now=NOW)


def at_once(*acts):
    """What each returned, or the ValidationError it was refused with; begun together."""
    outcomes, barrier = [None] * len(acts), threading.Barrier(len(acts))

    def run(place, act):
        barrier.wait()
        try:
            outcomes[place] = act()
        except Exception as error:
            outcomes[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for outcome in outcomes:
        if isinstance(outcome, Exception) and not isinstance(outcome, ValidationError):
            raise outcome
    return outcomes


def refusals(outcomes) -> list[str]:
    return [outcome.messages[0] for outcome in outcomes if isinstance(outcome, ValidationError)]


class TestAtOnce:
    def test_a_round_is_opened_once(self, bureau, prepared):
        def act():
            return open_reviews(review_year=prepared, by=bureau.clerk.user, now=NOW)

        outcomes = at_once(act, act)
        assert len(refusals(outcomes)) == 1
        assert "不用再开始" in refusals(outcomes)[0]
        assert StudyReview.objects.filter(kind="self").count() == 7

    def test_a_form_is_kept_whole_or_not_at_all_when_the_round_closes(self, bureau, prepared):
        found = open_reviews(review_year=prepared, by=bureau.clerk.user, now=NOW)
        form = found.reviews.get(staff=bureau.member, rater=bureau.head)
        points = {line.pk: Decimal(10) for line in found.rubric.all()}
        outcomes = at_once(
            lambda: submit_review(review=form, points=points, remark="", by=bureau.head.user, now=NOW),
            lambda: submit_review(review=form, points=points, remark="", by=bureau.head.user, now=NOW),
            lambda: close_reviews(review_year=found, is_confirmed=True, by=bureau.clerk.user, now=NOW),
        )
        form.refresh_from_db()
        assert form.lines.count() == (4 if form.submitted_at else 0)
        assert all("已结束" in said for said in refusals(outcomes))

    def test_a_finding_is_decided_once(self, bureau):
        inspection = open_inspection(
            title="检查",
            year=2026,
            held_on=NOW.date(),
            department=None,
            sampling="chosen",
            percent=100,
            people=[bureau.member],
            lines=["有学习笔记"],
            by=bureau.clerk.user,
            now=NOW,
        )
        fault = {inspection.lines.get().pk: Fault("没有", "minor", DUE)}

        def check():
            return check_file(inspected=inspection.files.get(), lines=fault, note="", by=bureau.clerk.user, now=NOW)

        assert refusals(at_once(check, check)) == []
        finding = Finding.objects.get()
        rectify_finding(finding=finding, text="补上了", by=bureau.member.user, now=NOW)
        outcomes = at_once(
            lambda: decide_finding(finding=finding, is_closed=True, note="", by=bureau.clerk.user, now=NOW),
            lambda: decide_finding(finding=finding, is_closed=False, note="还差", by=bureau.clerk.user, now=NOW),
        )
        assert len(refusals(outcomes)) == 1
        assert "现在不用核对" in refusals(outcomes)[0]
