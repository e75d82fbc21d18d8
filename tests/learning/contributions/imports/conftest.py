import datetime

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile

from cms.imports.kinds import register_kind
from cms.imports.services import map_columns, upload_batch
from learning.contributions.imports.articles import ArticleKind
from learning.contributions.imports.outlets import OutletKind
from learning.contributions.imports.placements import PlacementKind
from learning.periods import SHANGHAI
from tests.cms.imports.tables import workbook
from tests.factories.contributions import OutletFactory
from tests.factories.organisation import DepartmentFactory

NOW = datetime.datetime(2026, 3, 20, 9, tzinfo=SHANGHAI)


@pytest.fixture(autouse=True)
def now():
    with time_machine.travel(NOW, tick=False):
        yield NOW


@pytest.fixture(autouse=True)
def kinds():
    for kind in (OutletKind(), ArticleKind(), PlacementKind()):
        register_kind(kind)


@pytest.fixture
def clerk(django_user_model):
    return django_user_model.objects.create_superuser("clerk", display_name="经办人")


@pytest.fixture
def outlet(db):
    return OutletFactory(name="样城日报", other_names=["样报", "daily.example.org"])


@pytest.fixture
def department(db):
    return DepartmentFactory(name="样城中学", short_name="样中")


@pytest.fixture
def checked(clerk):
    """`checked(kind, headings, rows)`: a batch uploaded, mapped as guessed and checked."""

    def run(kind, headings, rows, *, title="", data=None, name="表.xlsx", **options):
        data = workbook(rows, headings=headings, title=title) if data is None else data
        batch = upload_batch(kind=kind, file=SimpleUploadedFile(name, data), name=name, by=clerk)
        return map_columns(
            batch=batch,
            mapping=batch.mapping,
            sheet=batch.options["sheet"],
            header_row=batch.options["header_row"],
            options=options,
            by=clerk,
        )

    return run
