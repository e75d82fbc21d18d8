import io

import pytest
from django.core.exceptions import ValidationError

from learning.contributions.choices import FileKind, ResearchState
from learning.contributions.research_limits import MOST_FILES
from learning.contributions.services.research_files import add_file, read_report, remove_file
from learning.contributions.services.research_steps import ResearchError
from learning.models import ResearchEntry
from tests.cms.core.reading.papers import docx_of
from tests.cms.files.specimens import photograph, picture
from tests.factories.bureau import make_bureau
from tests.factories.programme import at
from tests.factories.research import ResearchJudgingFactory, written_report
from tests.standing import standing

NOW = at(2026, 9, 12, 9)
PDF = b"%PDF-1.4 sample"


@standing()
def bureau():
    return make_bureau()


@pytest.fixture
def report(bureau):
    return written_report(department=bureau.office, declared_by=bureau.member)


def add(report, by, data=PDF, name="附件.pdf", *, is_report=False):
    return add_file(report=report, file=io.BytesIO(data), name=name, is_report=is_report, by=by.user, now=NOW)


def read(report, by, data, name="报告.docx", *, is_replacing=False):
    return read_report(report=report, file=io.BytesIO(data), name=name, is_replacing=is_replacing, by=by.user, now=NOW)


class TestAddFile:
    def test_keeps_it_once_beside_the_report(self, bureau, report):
        kept = add(report, bureau.member)
        assert add(report, bureau.head) == kept
        assert (kept.kind, kept.original_name, kept.is_report) == (FileKind.DOCUMENT, "附件.pdf", False)
        report.refresh_from_db()
        assert report.version == 2

    def test_takes_out_what_the_camera_wrote(self, bureau, report):
        kept = add(report, bureau.member, photograph(), "现场.jpg")
        assert kept.kind == FileKind.PICTURE
        with kept.file.open() as file:
            assert b"Exif" not in file.read()

    @pytest.mark.parametrize(("data", "name"), [(b"MZ", "a.exe"), (b"", "空.pdf"), (b"text", "假.pdf"), (PDF, "机密.pdf")])
    def test_refuses_what_the_site_refuses(self, bureau, report, data, name):
        with pytest.raises(ValidationError):
            add(report, bureau.member, data, name)
        assert not report.files.exists()

    def test_is_the_teams_while_it_is_not_judged(self, bureau, report):
        with pytest.raises(ResearchError, match="调研组成员"):
            add(report, bureau.clerk)
        ResearchEntry.objects.create(judging=ResearchJudgingFactory(state="open"), report=report, number=1)
        with pytest.raises(ResearchError, match="已进入评审"):
            add(report, bureau.member)

    def test_takes_no_picture_for_the_report(self, bureau, report):
        with pytest.raises(ResearchError, match="不能作报告全文"):
            add(report, bureau.member, picture("JPEG"), "a.jpg", is_report=True)

    def test_has_a_limit(self, bureau, report):
        for number in range(MOST_FILES):
            add(report, bureau.member, PDF + bytes([65 + number]))
        with pytest.raises(ResearchError, match="最多"):
            add(report, bureau.member)


class TestReadReport:
    def test_takes_the_text_and_keeps_the_file(self, bureau, report):
        stored, findings = read(report, bureau.member, docx_of("第一段。", "第二段。"), is_replacing=True)
        assert (stored.body, stored.characters, findings) == ("第一段。\n第二段。", 8, [])
        assert report.files.get().is_report

    @pytest.mark.parametrize(("data", "name"), [(PDF, "报告.pdf"), (b"PK no", "坏.docx")])
    def test_changes_nothing_where_it_cannot_be_read(self, bureau, report, data, name):
        with pytest.raises(ValidationError):
            read(report, bureau.member, data, name)
        report.refresh_from_db()
        assert (report.version, report.files.count()) == (1, 0)


class TestRemoveFile:
    def test_takes_the_bytes_too(self, bureau, report, django_capture_on_commit_callbacks):
        kept = add(report, bureau.member)
        storage, name = kept.file.storage, kept.file.name
        with django_capture_on_commit_callbacks(execute=True):
            remove_file(file=kept, by=bureau.head.user, now=NOW)
        assert not storage.exists(name)
        remove_file(file=kept, by=bureau.head.user, now=NOW)  # twice is once

    def test_takes_a_report_back_that_was_handed_in(self, bureau):
        report = written_report(state="handed_in", department=bureau.office, declared_by=bureau.member)
        add(report, bureau.member)
        report.refresh_from_db()
        assert report.state == ResearchState.APPROVED
