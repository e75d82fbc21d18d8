"""Scores and fingerprints follow a commit in parts and go on where they stopped."""

import datetime

import pytest

from cms.imports.models import ImportBatch
from cms.imports.services import commit_batch, follow_batch, follow_batches, undo_batch
from learning.contributions.imports.placements import PlacementKind
from learning.models import ScoreLine
from tests.factories.contributions import RuleSetFactory

HEADINGS = ["标题", "媒体", "刊发日期", "供稿科室"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("outlet", "department")]


@pytest.fixture
def rules(db):
    return RuleSetFactory()


@pytest.fixture
def batch(checked, rules, monkeypatch):
    """Five rows, followed up two at a time."""
    monkeypatch.setattr("cms.imports.services.following.PART", 2)
    day = datetime.date(2026, 3, 5)
    return checked("placements", HEADINGS, [[f"第{n}篇", "样城日报", day, "样城中学"] for n in range(5)])


class TestFollowing:
    def test_is_done_with_the_commit_where_time_allows(self, batch, clerk):
        commit_batch(batch=batch, by=clerk)
        assert ScoreLine.objects.count() == 5
        assert "follow" not in ImportBatch.objects.get().options

    def test_stops_when_its_time_is_over_and_the_job_goes_on(self, batch, clerk, monkeypatch, now):
        monkeypatch.setattr("cms.imports.services.following.SECONDS", -1)
        commit_batch(batch=batch, by=clerk)
        assert ScoreLine.objects.count() == 2
        assert follow_batches(now) == "补做 1 批导入的后续计算。"
        assert ScoreLine.objects.count() == 5
        assert follow_batches(now) == "没有要补做的。"

    def test_leaves_the_import_standing_when_it_fails_and_draws_no_part_by_halves(self, batch, clerk, monkeypatch, now):
        real, parts = PlacementKind.follow, []

        def fail_second(self, written, moment):
            parts.append(written)
            real(self, written, moment)
            if len(parts) == 2:
                raise RuntimeError("power cut")

        monkeypatch.setattr(PlacementKind, "follow", fail_second)
        committed = commit_batch(batch=batch, by=clerk)
        assert committed.state == "committed"
        assert ScoreLine.objects.count() == 2
        follow_batches(now)
        assert ScoreLine.objects.count() == 5
        assert [len(part) for part in parts] == [4, 4, 4, 2]  # an article and a placement a row; the second part came again

    def test_of_a_batch_that_was_taken_back_is_nothing(self, batch, clerk, monkeypatch, now):
        monkeypatch.setattr("cms.imports.services.following.SECONDS", -1)
        committed = commit_batch(batch=batch, by=clerk)
        undo_batch(batch=committed, by=clerk)
        assert follow_batch(committed, now=now)
        assert follow_batches(now) == "没有要补做的。"
        assert not ScoreLine.objects.exists()
