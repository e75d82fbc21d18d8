import io
import json
import struct
import zipfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from learning.portfolio import snapshots
from learning.portfolio.packaging import reading
from learning.portfolio.packaging.reading import PackageError, read_package
from learning.portfolio.uploads import read_upload
from tests.learning.portfolio.contents import LOCK, attachment, bundle, content, entries_of, package, with_sums, zipped

GOOD = package(content(sessions=1, paragraphs=1))
ENTRIES = entries_of(GOOD)
SCAN = "附件/001-手稿.pdf"


def read(data: bytes):
    return read_package(io.BytesIO(data))[1]


def refused(data: bytes, read=read) -> str:
    with pytest.raises(PackageError) as refusal:
        read(data)
    return str(refusal.value)


def without(name: str) -> dict[str, bytes]:
    return {key: data for key, data in ENTRIES.items() if key != name}


class TestReadPackage:
    def test_gives_back_what_was_packed(self):
        found = read(GOOD)
        assert found.text == ENTRIES["file.json"].decode()
        assert found.sha256 == snapshots.sha256(found.text)
        assert snapshots.to_text(found.content) == found.text
        assert found.lock == LOCK
        assert [one.path for one in found.originals] == [SCAN]

    def test_takes_a_package_whose_original_was_gone_already(self):
        def gone():
            raise FileNotFoundError

        lost = attachment("丢失.pdf", b"x")
        lost = type(lost)(lost.name, lost.sha256, gone)
        found = read(package(content(attachments=(lost, attachment()))))
        assert [(one.name, bool(one.missing)) for one in found.originals] == [("丢失.pdf", True), ("手稿.pdf", False)]

    def test_takes_one_that_was_not_locked(self):
        assert read(package(lock=None)).lock is None


class TestDamage:
    """Each kind of it, with the entry and the remedy in the message."""

    @pytest.mark.parametrize("data", [b"", b"PK", b"no zip", GOOD[: len(GOOD) // 2]])
    def test_is_no_zip_or_a_broken_one(self, data):
        assert "打不开" in refused(data)

    @pytest.mark.parametrize("name", list(ENTRIES))
    def test_lacks_an_entry(self, name):
        said = refused(zipped(without(name)))
        assert f"缺少“{name}”" in said
        assert "请用原来导出的那个 zip 文件" in said

    def test_has_an_entry_too_many(self):
        assert "多出“附件/002-别的.pdf”" in refused(zipped(ENTRIES | {"附件/002-别的.pdf": b"x"}))

    def test_has_an_original_that_is_listed_but_not_the_files(self):
        added = with_sums(ENTRIES | {"附件/002-别的.pdf": b"x"})
        assert "多出附件“附件/002-别的.pdf”" in refused(zipped(added))

    def test_lacks_an_original_that_was_struck_from_the_list(self):
        assert f"缺少附件“{SCAN}”" in refused(zipped(with_sums(without(SCAN))))

    def test_has_another_original_under_the_same_name(self):
        assert "被换过" in refused(zipped(with_sums(ENTRIES | {SCAN: b"%PDF other"})))

    @pytest.mark.parametrize("name", [name for name in ENTRIES if name != "checksums.sha256"])
    def test_has_an_entry_with_other_bytes(self, name):
        assert f"“{name}”的内容与校验值不符" in refused(zipped(ENTRIES | {name: ENTRIES[name] + b" "}))

    def test_has_checksums_that_are_none(self):
        assert "“checksums.sha256”的写法不对" in refused(zipped(ENTRIES | {"checksums.sha256": b"x\n"}))

    def test_has_a_snapshot_edited_with_its_checksum(self):
        edited = ENTRIES["file.json"].replace("陶思远".encode(), "陶思近".encode())
        assert "与“package.json”不符" in refused(zipped(with_sums(ENTRIES | {"file.json": edited})))

    @pytest.mark.parametrize(
        "text",
        [
            b"{}",
            b"[]",
            b"\xff",
            b'{"format":"other"}',
            ENTRIES["file.json"] + b" ",
            ENTRIES["file.json"].replace(b'"year":2026', b'"year":2026.0'),
        ],
    )
    def test_has_a_snapshot_that_is_none(self, text):
        assert "file.json" in refused(zipped(with_sums(ENTRIES | {"file.json": text})))

    @pytest.mark.parametrize(
        "change",
        [
            {"format": "five-haves-package/9"},
            {"lock": {"at": "yesterday", "by": "x"}},
            {"lock": {"at": "2027-01-10T09:00:00", "by": "x"}},
            {"lock": {"at": "2027-01-10T09:00:00+08:00", "by": 3}},
            {"lock": {"at": "2027-01-10T09:00:00+08:00", "by": "\ud800"}},
            {"lock": 7},
            {"attachments": []},
            {"attachments": [{"path": SCAN, "name": "手稿.pdf", "sha256": "0" * 64, "missing": "\udfff"}]},
            {"attachments": [{}]},
            {"sha256": 3},
            {"more": 1},
        ],
    )
    def test_has_facts_that_are_none(self, change):
        facts = json.dumps(json.loads(ENTRIES["package.json"]) | change).encode()
        assert "package.json" in refused(zipped(with_sums(ENTRIES | {"package.json": facts})))

    @pytest.mark.parametrize("name", ["../x", "/etc/x", "a/../../x", "C:/x", "..\\x", "a//b", "./x"])
    def test_has_a_path_that_leads_elsewhere(self, name):
        assert "路径不合法" in refused(zipped(with_sums(ENTRIES | {name: b"x"})))

    def test_has_a_link(self):
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w") as archive:
            entry = zipfile.ZipInfo("附件/001-手稿.pdf")
            entry.external_attr = 0o120777 << 16
            archive.writestr(entry, "/etc/passwd")
        assert "路径不合法" in refused(stream.getvalue())

    def test_has_an_entry_twice(self):
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w") as archive:
            archive.writestr("file.json", ENTRIES["file.json"])
            with pytest.warns(UserWarning, match="Duplicate name"):
                archive.writestr("file.json", b"{}")
        assert "“file.json”出现了两次" in refused(stream.getvalue())

    def test_has_a_password(self):
        locked = bytearray(GOOD)
        at = locked.rfind(b"PK\x01\x02")
        flags = struct.unpack_from("<H", locked, at + 8)[0]
        struct.pack_into("<H", locked, at + 8, flags | 1)
        assert "加了密码" in refused(bytes(locked))

    def test_would_unpack_into_very_much(self):
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("file.json", b"0" * 5_000_000)
        assert "压缩比异常" in refused(stream.getvalue())

    def test_has_too_many_entries(self, monkeypatch):
        monkeypatch.setattr(reading.open_archive, "__kwdefaults__", {"most": 3, "largest": 10**9})
        assert "最多 3 个" in refused(GOOD)

    def test_is_too_large_unpacked(self, monkeypatch):
        monkeypatch.setattr(reading.open_archive, "__kwdefaults__", {"most": 100, "largest": 1000})
        assert "没有读" in refused(GOOD)

    def test_says_less_than_it_holds(self):
        """The directory tells a size; what is unpacked is counted all the same."""
        short = bytearray(zipped(ENTRIES))
        at = short.rfind(b"PK\x01\x02")
        struct.pack_into("<I", short, at + 24, 3)
        refused(bytes(short))


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data(), name=st.sampled_from([name for name in ENTRIES if name != "checksums.sha256"]))
def test_any_flipped_byte_is_refused(data, name):
    """By whatever tool it was packed again, and with the CRC of the zip right."""
    held = bytearray(ENTRIES[name])
    at = data.draw(st.integers(0, len(held) - 1))
    held[at] ^= data.draw(st.integers(1, 255))
    assert name in refused(zipped(ENTRIES | {name: bytes(held)}))


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(at=st.integers(0, len(GOOD) - 1), flip=st.integers(1, 255))
def test_a_flipped_byte_anywhere_in_the_zip_never_changes_what_is_read(at, flip):
    flipped = bytearray(GOOD)
    flipped[at] ^= flip
    try:
        found = read(bytes(flipped))
    except PackageError:
        return
    assert found.text == ENTRIES["file.json"].decode()  # a date or an attribute of the directory


@settings(max_examples=60, deadline=None)
@given(length=st.integers(0, len(GOOD) - 1))
def test_a_package_cut_short_is_refused(length):
    refused(GOOD[:length])


class TestReadUpload:
    def test_takes_one_person(self):
        (one,) = read_upload(io.BytesIO(GOOD))
        assert (one.entry, one.name, one.number, one.year) == ("", "陶思远", "0012", 2026)
        assert one.departments == ["办公室", "人事科"]

    def test_takes_a_department(self):
        other = package(content(name="赵一鸣", number="0013"))
        found = read_upload(io.BytesIO(bundle({"办公室/0001-甲.zip": GOOD, "办公室/0002-乙.zip": other})))
        assert [one.name for one in found] == ["陶思远", "赵一鸣"]

    def test_names_the_person_whose_package_is_damaged(self):
        damaged = zipped(ENTRIES | {"file.json": b"{}"})
        said = refused(bundle({"办公室/0001-甲.zip": GOOD, "办公室/0002-乙.zip": damaged}), read=lambda data: read_upload(io.BytesIO(data)))
        assert "“办公室/0002-乙.zip”里：“file.json”的内容与校验值不符" in said

    @pytest.mark.parametrize("entries", [{}, {"a.txt": b"x"}, {"a.zip": GOOD}])
    def test_refuses_what_is_none_of_ours(self, entries):
        assert "不是本系统导出的" in refused(zipped(entries), read=lambda data: read_upload(io.BytesIO(data)))

    def test_refuses_a_changed_part(self):
        changed = zipped(with_sums({"a.zip": GOOD}) | {"a.zip": GOOD + b" "})
        assert "“a.zip”的内容与校验值不符" in refused(changed, read=lambda data: read_upload(io.BytesIO(data)))
