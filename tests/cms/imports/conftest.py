import datetime

import pytest

from cms.imports.services import map_columns, upload_batch
from tests.factories.organisation import DepartmentFactory

from .tables import upload, workbook

DAY = datetime.date(2026, 1, 5)


@pytest.fixture
def clerk(django_user_model):
    return django_user_model.objects.create_superuser("clerk", display_name="经办人")


@pytest.fixture
def department(db):
    return DepartmentFactory(name="基础教育科")


@pytest.fixture
def checked(clerk, department):
    """`checked(rows, **options)`: a batch of the roster, uploaded, mapped as guessed and checked."""

    def run(rows, by=clerk, title="", **options):
        batch = upload_batch(kind="roster", file=upload(workbook(rows, title=title)), name="花名册.xlsx", by=by)
        return map_columns(
            batch=batch, mapping=batch.mapping, sheet=batch.options["sheet"], header_row=batch.options["header_row"], options=options, by=by
        )

    return run
