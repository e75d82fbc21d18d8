"""Two commits of one batch, and two batches that mean the same: written once, and the records of what was written are the right ones."""

import datetime
import threading

import pytest
from django.db import connections

from cms.imports.models import ImportBatch
from cms.imports.services import AlreadyImportedError, ImportRefusedError, commit_batch, undo_batch
from learning.models import MediaArticle, Placement

HEADINGS = ["标题", "媒体", "刊发日期", "供稿科室"]
DAY = datetime.date(2026, 3, 5)
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("outlet", "department")]


def at_once(batches, by):
    """What became of the commit of each batch, all begun together."""
    outcomes, ready = [], threading.Barrier(len(batches))

    def run(pk):
        try:
            ready.wait(10)
            commit_batch(batch=ImportBatch.objects.get(pk=pk), by=by)
            outcomes.append("written")
        except AlreadyImportedError:
            outcomes.append("found it committed")
        except ImportRefusedError as error:
            outcomes.append(type(error).__name__)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=[batch.pk]) for batch in batches]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return outcomes


def rows(*titles):
    return [[title, "样城日报", DAY, "样城中学"] for title in titles]


class TestTwoCommits:
    def test_of_one_batch_write_once_and_can_be_taken_back(self, checked, clerk):
        batch = checked("placements", HEADINGS, rows(*(f"第{n}篇" for n in range(30))))
        outcomes = at_once([batch, batch], clerk)
        assert outcomes.count("written") == 1
        assert Placement.objects.count() == MediaArticle.objects.count() == 30
        undo_batch(batch=batch, by=clerk)
        assert not Placement.objects.exists()
        assert not MediaArticle.objects.exists()

    def test_of_two_batches_with_the_same_row_write_it_once(self, checked, clerk):
        first = checked("placements", HEADINGS, rows("甲", "乙"))
        second = checked("placements", HEADINGS, rows("乙", "丙"))
        outcomes = at_once([first, second], clerk)
        assert outcomes.count("written") >= 1
        assert Placement.objects.filter(title="乙").count() == 1
        assert MediaArticle.objects.filter(title="乙").count() == 1
