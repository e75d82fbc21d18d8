import io

import pytest
from django.core.exceptions import ValidationError
from PIL import Image

from cms.files.models import sha256_of
from learning.contributions.services import proofs as module
from learning.contributions.services.placements import confirm_placement
from learning.contributions.services.proofs import add_proof
from learning.models import PlacementProof
from tests.factories.contributions import OutletFactory
from tests.factories.programme import at
from tests.factories.submissions import in_queue, make_newsroom
from tests.standing import standing

from .test_adoption import register

NOW = at(2026, 3, 20, 9)
PDF = b"%PDF-1.4\n%%EOF\n"


def picture(colour="red", **facts) -> bytes:
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "拍摄地点"
    Image.new("RGB", (40, 30), colour).save(out, format="JPEG", exif=exif, **facts)
    return out.getvalue()


@standing()
def room():
    room = make_newsroom()
    room.outlet = OutletFactory()
    return room


@pytest.fixture
def waiting(room):
    return register(room, article=in_queue(room), by=room.member.user, pasted="")


def add(placement, data=PDF, name="报样.pdf", *, by):
    return add_proof(placement=placement, file=io.BytesIO(data), name=name, by=by, now=NOW)


class TestAddProof:
    def test_keeps_a_pdf_with_its_digest(self, room, waiting):
        proof = add(waiting, by=room.officer)
        assert (proof.kind, proof.original_name, str(proof.taken_on)) == ("pdf", "报样.pdf", "2026-03-20")
        assert len(proof.sha256) == 64
        assert "报样" not in proof.file.name

    def test_keeps_a_picture_without_what_the_telephone_wrote(self, room, waiting):
        proof = add(waiting, picture(), "截图.jpg", by=room.officer)
        with proof.file.open() as file:
            assert sha256_of(file) == proof.sha256
            assert not Image.open(file).getexif()
        assert proof.kind == "picture"

    def test_keeps_the_same_bytes_once(self, room, waiting):
        assert add(waiting, by=room.officer) == add(waiting, name="又一次.pdf", by=room.officer)
        assert PlacementProof.objects.count() == 1

    @pytest.mark.parametrize(
        ("data", "name", "words"),
        [
            (b"MZ", "病毒.exe", "不是图片或 PDF"),
            (b"<script>", "报样.pdf", "不是 pdf 格式"),
            (b"<svg>", "图.png", "不支持或已损坏"),
            (b"", "报样.pdf", "空文件"),
            (PDF, "机密★3年.pdf", "密级标志"),
        ],
    )
    def test_refuses_other_files_in_words(self, room, waiting, data, name, words):
        with pytest.raises(ValidationError, match=words):
            add(waiting, data, name, by=room.officer)
        assert not PlacementProof.objects.exists()

    def test_refuses_what_is_too_large_or_too_many(self, room, waiting, monkeypatch):
        monkeypatch.setattr(module, "MAX_PROOFS", 1)
        add(waiting, by=room.officer)
        with pytest.raises(ValidationError, match="最多 1 份"):
            add(waiting, picture(), "图.jpg", by=room.officer)
        monkeypatch.setitem(module.MAX_BYTES, "pdf", 10)
        with pytest.raises(ValidationError, match="超过上限"):
            add(waiting, by=room.officer)

    def test_is_for_whoever_entered_it_until_it_is_confirmed(self, room, waiting):
        add(waiting, by=room.member.user)
        with pytest.raises(ValidationError, match="由宣传科补充"):
            add(waiting, picture(), "图.jpg", by=room.colleague.user)
        confirm_placement(placement=waiting, by=room.officer, now=NOW)
        with pytest.raises(ValidationError, match="由宣传科补充"):
            add(waiting, picture(), "图.jpg", by=room.member.user)
        add(waiting, picture(), "图.jpg", by=room.officer)
