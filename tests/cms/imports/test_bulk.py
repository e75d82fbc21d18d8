"""Rows made ready before they are written, on either database."""

import datetime
import uuid

import pytest
from django.db import IntegrityError, transaction

from cms.imports.bulk import Insertion, Keys, MovedMeanwhileError, Update
from cms.imports.models import ImportBatch, ImportRow
from learning.models import MediaArticle, Outlet, OutletName, Placement
from learning.periods import SHANGHAI
from tests.factories.contributions import OutletFactory, PlacementFactory

NOW = datetime.datetime(2026, 3, 1, 9, tzinfo=SHANGHAI)
AWKWARD = ["引号“'\"", "反斜杠\\n\\", "制表\t换行\n回车\r", "\\N", "😀", "", "百分%s"]
pytestmark = pytest.mark.django_db


class TestInsertion:
    def test_writes_what_it_is_given_and_defaults_for_the_rest(self):
        keys = Keys(MediaArticle, len(AWKWARD))
        texts = [text or "空" for text in AWKWARD]
        rows = [(key, uuid.uuid4(), title, datetime.date(2026, 3, 1)) for key, title in zip(keys.given, texts, strict=True)]
        stamps = {"moved_at": NOW, "saved_at": NOW, "created_at": NOW}
        Insertion(
            MediaArticle, ("id", "token", "title", "written_on"), rows, keys=keys, state="sent", submitted_on=NOW.date(), **stamps
        ).write()
        stored = MediaArticle.objects.order_by("pk")
        assert [one.title for one in stored] == texts
        assert [one.pk for one in stored] == keys.given
        first = stored[0]
        assert (first.token, first.genre, first.is_reprint, first.reason, first.session) == (rows[0][1], "news", False, "", None)
        assert (first.moved_at, first.written_on, first.live) == (NOW, datetime.date(2026, 3, 1), True)
        assert MediaArticle.objects.create(title="下一篇", written_on=NOW.date(), **stamps).pk > keys.given[-1]

    def test_keeps_lists_and_dictionaries(self):
        batch = ImportBatch.objects.create(kind="x")
        cells = [*AWKWARD, 1, 2.5, True, None, {"键": [1]}]
        Insertion(ImportRow, ("number", "raw"), [(2, cells)], batch_id=batch.pk).write()
        row = ImportRow.objects.get()
        assert (row.raw, row.cleaned, row.written, row.decision) == (cells, {}, [], "")

    def test_raises_what_the_database_refuses(self):
        outlet = OutletFactory(other_names=["样报"])
        with pytest.raises(IntegrityError), transaction.atomic():
            Insertion(OutletName, ("text",), [("样报",)], outlet_id=outlet.pk).write()

    def test_of_nothing_writes_nothing(self):
        Insertion(OutletName, ("text",), [], outlet_id=1).write()
        Update(OutletName, ("text",), []).write()


class TestKeys:
    def test_are_reserved_for_rows_that_do_not_exist_yet(self):
        OutletFactory()
        keys = Keys(Outlet, 3)
        assert len(set(keys.given)) == 3
        assert not Outlet.objects.filter(pk__in=keys.given).exists()
        assert keys.still_free()

    def test_of_deleted_rows_are_not_given_again(self):
        last = OutletFactory()
        key = last.pk
        last.delete()
        assert min(Keys(Outlet, 1).given) > key

    def test_taken_by_somebody_else_meanwhile_are_either_free_or_said_not_to_be(self):
        keys = Keys(Outlet, 2)
        OutletFactory()
        ready = Insertion(Outlet, ("id", "name"), [(key, f"报{key}") for key in keys.given], keys=keys, medium="website")
        if keys.still_free():
            ready.write()
            assert Outlet.objects.filter(pk__in=keys.given).count() == 2
        else:
            with pytest.raises(MovedMeanwhileError):
                ready.write()


class TestUpdate:
    def test_writes_other_values_of_every_kind(self):
        placements = PlacementFactory.create_batch(3)
        day = datetime.date(2026, 3, 9)
        rows = [(one.pk, text, day, number, bool(number), NOW) for number, (one, text) in enumerate(zip(placements, AWKWARD, strict=False))]
        Update(Placement, ("page", "published_on", "length", "has_picture", "confirmed_at"), rows).write()
        stored = Placement.objects.order_by("pk").values_list("pk", "page", "published_on", "length", "has_picture", "confirmed_at")
        assert list(stored) == rows

    def test_writes_nothing_where_there_is_nothing(self):
        placement = PlacementFactory(length=5)
        Update(Placement, ("length", "confirmed_by"), [(placement.pk, None, None)]).write()
        placement.refresh_from_db()
        assert placement.length is None

    def test_keeps_lists_and_dictionaries(self):
        batch = ImportBatch.objects.create(kind="x")
        rows = [ImportRow.objects.create(batch=batch, number=number, raw=[]) for number in (1, 2)]
        Update(ImportRow, ("raw", "cleaned"), [(row.pk, AWKWARD, {"键": text}) for row, text in zip(rows, AWKWARD, strict=False)]).write()
        assert [(row.raw, row.cleaned) for row in batch.rows.order_by("number")] == [(AWKWARD, {"键": text}) for text in AWKWARD[:2]]
