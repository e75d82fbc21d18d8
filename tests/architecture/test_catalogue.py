"""The admin speaks Chinese throughout: what the libraries leave in English stands in locale/zh_Hans."""

from functools import cache
from importlib.metadata import version
from pathlib import Path

import polib
import pytest
import wagtail.admin
from django.utils import translation
from django.utils.translation.trans_real import DjangoTranslation

from tests import catalogue

PINS = (catalogue.FOLDER.parents[2] / "pyproject.toml").read_text(encoding="utf-8")
missing_messages = cache(catalogue.missing_messages)


@pytest.fixture(params=catalogue.DOMAINS)
def domain(request):
    return request.param


@pytest.fixture
def entries(domain):
    return catalogue.entries(catalogue.po_path(domain))


def contents(entries):
    return {(entry.msgctxt, entry.msgid, entry.msgid_plural): catalogue.translations(entry) for entry in entries}


class TestCatalogue:
    @pytest.mark.skipif(
        f'"wagtail=={version("wagtail")}"' not in PINS, reason="the catalogue completes the Wagtail that pyproject.toml pins"
    )
    def test_completes_every_message_that_the_libraries_leave_untranslated(self, domain, entries):
        translated = {(entry.msgctxt, entry.msgid, entry.msgid_plural) for entry in entries if entry.translated()}
        absent = {message: library for message, library in missing_messages()[domain].items() if message not in translated}
        assert not absent, "run `python -m tests.catalogue` and translate the entries it adds"

    def test_has_no_empty_or_uncertain_entry(self, entries):
        assert entries
        assert not [entry.msgid for entry in entries if not entry.translated()]

    def test_keeps_placeholders_and_tags(self, entries):
        assert not [(entry.msgid, catalogue.translations(entry)) for entry in entries if not catalogue.agrees(entry)]

    def test_is_compiled_as_it_is_written(self, domain, entries):
        written = polib.pofile(str(catalogue.po_path(domain)))
        compiled = polib.mofile(str(catalogue.mo_path(domain)))
        assert compiled.metadata == written.metadata
        assert contents(compiled) == contents(entries), "run `python -m tests.catalogue`"

    def test_reaches_the_reader(self):
        with translation.override("zh-hans"):
            assert translation.gettext("Autosave is paused") == "自动保存已暂停"
            assert translation.ngettext("1 snippet type", "%(counter)s snippet types", 1) == "%(counter)s 种片段"

    def test_reaches_the_admins_scripts(self):
        scripts = DjangoTranslation("zh-hans", domain="djangojs", localedirs=[Path(wagtail.admin.__file__).parent / "locale"])
        assert scripts.gettext("A server error occurred.") == "服务器出错。"
