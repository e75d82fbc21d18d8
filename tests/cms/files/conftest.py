from pathlib import Path

import pytest
from wagtail.models import UploadedFile

from cms.files.models import CustomDocument, CustomImage
from cms.users.roles import ensure_groups
from tests.factories.pages import make_user


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)
    return tmp_path


@pytest.fixture
def kept(media, db):
    """`kept()`: everything the site has kept so far, rows and files."""

    def run():
        rows = [
            (model.__name__, pk)
            for model in (CustomDocument, CustomImage, UploadedFile)
            for pk in model.objects.values_list("pk", flat=True)
        ]
        return rows, sorted(
            str(path.relative_to(media)) for path in Path(media).rglob("*") if path.is_file() and "images/" not in str(path)
        )

    return run


@pytest.fixture
def person(request, db):
    """A signed-in `client` of a superuser or, by parametrisation, of a member of a group."""
    group = getattr(request, "param", None)
    if group:
        ensure_groups()
    return make_user("somebody", *filter(None, [group]), is_superuser=not group)


@pytest.fixture
def client(client, person):
    client.force_login(person)
    return client
