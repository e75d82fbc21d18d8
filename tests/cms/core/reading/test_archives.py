"""The limits themselves are tested where files come in: tests/cms/files/test_validation.py."""

import io

import pytest

from cms.core.reading.archives import UnsafeArchiveError, check_archive
from tests.cms.files.specimens import archive


class TestCheckArchive:
    def test_gives_the_names_and_leaves_the_file_at_its_start(self):
        data = archive([("a/b.xml", b"x"), ("c", b"")])
        file = io.BytesIO(data)
        file.seek(7)
        assert check_archive(file) == check_archive(data) == ["a/b.xml", "c"]
        assert file.tell() == 0

    @pytest.mark.parametrize("data", [b"", b"PK", b"PK\x05\x06" + b"\xff" * 18, archive([("a", b"x")])[:-3]])
    def test_says_that_an_archive_is_broken_and_leaves_it_at_its_start(self, data):
        file = io.BytesIO(data)
        with pytest.raises(UnsafeArchiveError, match="文件已损坏或不完整"):
            check_archive(file)
        assert file.tell() == 0

    def test_opens_at_most_two_hundred_entries_unless_told(self):
        data = archive([(f"{number}", b"") for number in range(201)])
        with pytest.raises(UnsafeArchiveError, match="201 个，最多 200 个"):
            check_archive(data)
        assert len(check_archive(data, max_entries=201)) == 201
