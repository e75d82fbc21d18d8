"""Every template that a page type, a block or a view names is there and compiles."""

from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import get_template
from wagtail.models import get_page_models

from cms.core.blocks import DocumentBody

FOLDER = settings.BASE_DIR / "templates"
FILES = sorted(path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*.html"))


@pytest.mark.parametrize("name", FILES)
def test_compiles(name):
    get_template(name)


@pytest.mark.parametrize("model", [model for model in get_page_models() if model.is_creatable], ids=lambda model: model.__name__)
def test_every_page_type_has_one_of_its_own(model):
    if model._meta.app_label != "wagtailcore":
        assert Path(get_template(model.template).origin.name).is_relative_to(FOLDER)


@pytest.mark.parametrize("block", DocumentBody().child_blocks.values(), ids=lambda block: block.name)
def test_every_block_of_a_document_has_one(block):
    assert get_template(block.meta.template)
