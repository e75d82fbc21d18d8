"""What may be stored (A14, A16, A17, A19 of the threat list): every file field of the site asks here before anything is kept.

Order: name → ending → size → what the bytes really are → limits inside archives → pixels. Nothing is decoded before its size is known.
"""

import hashlib
import io
import re
import unicodedata
import warnings
from dataclasses import dataclass
from pathlib import PurePath

from django.core.exceptions import ValidationError
from django.template.defaultfilters import filesizeformat
from PIL import Image

from cms.core.reading.archives import UnsafeArchiveError, check_archive

MAX_NAME = 120
KEPT_ENTRIES = 2_000  # of what is kept and given out again unopened: slides for an hour have several hundred parts
MAX_ENDING = 20
INVISIBLE = {"Cc", "Cf", "Cs", "Zl", "Zp"}  # control, direction and zero-width characters, line separators
NOT_IN_NAMES = re.compile(r'["<>:|?*]')  # Windows takes none of them; they also mean something in headers and in HTML
SECRET_MARK = re.compile(r"绝密|机密(?![码钥度封])|秘密\s*[★☆]|[★☆]\s*\d+\s*年")  # but not 手机密码, 随机密钥
OOXML_MAIN_PART = {"docx": "word/document", "xlsx": "xl/workbook", "pptx": "ppt/presentation"}
OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
OLE2_ENDINGS = {"doc", "xls", "ppt", "wps", "et", "dps"}
TEXT_ENDINGS = {"txt", "csv"}
IMAGE_FORMATS = {"jpg": "JPEG", "jpeg": "JPEG", "png": "PNG", "webp": "WEBP", "gif": "GIF"}
MAX_PIXELS = 20_000_000


class UnacceptableFileError(ValidationError):
    """The file is refused; the message is Chinese and says why and what to do."""

    def __str__(self):
        return "".join(self.messages)


@dataclass(frozen=True, slots=True)
class CheckedFile:
    name: str  # fit to be shown and to be a download's name
    ending: str
    sha256: str


def presentable_name(name: str) -> str:
    """`name` without folders and what may not be in a name, in NFC, at most 120 characters with its ending kept."""
    clean = _clean_name(name)
    if len(clean) <= MAX_NAME:
        return clean or "文件"
    stem, dot, ending = clean.rpartition(".")
    return f"{stem[: MAX_NAME - len(ending) - 1]}.{ending}" if dot and len(ending) <= MAX_ENDING else clean[:MAX_NAME]


def _clean_name(name: str) -> str:
    visible = "".join(character for character in name or "" if unicodedata.category(character) not in INVISIBLE)
    return unicodedata.normalize("NFC", NOT_IN_NAMES.sub("", re.split(r"[/\\]", visible)[-1])).strip(" .")


def size_of(file) -> int:
    """In bytes; leaves the open `file` at its start."""
    file.seek(0, io.SEEK_END)
    size = file.tell()
    file.seek(0)
    return size


def check_file(file, *, name: str, endings: list[str], max_bytes: int) -> CheckedFile:
    """Check an open binary `file` named `name`; leaves it at its start.

    `endings` are those allowed here, `max_bytes` the limit of this field. Raises UnacceptableFileError.
    """
    shown = presentable_name(name)
    if SECRET_MARK.search(_clean_name(name)):  # also in the part too long to be shown
        raise UnacceptableFileError(f"“{shown}”的名称带有密级标志。本系统不得存放涉密文件，请勿上传。", code="secret")
    ending = PurePath(shown).suffix.lower().lstrip(".")
    if ending not in endings:
        allowed = "、".join(endings)
        raise UnacceptableFileError(f"“{shown}”的类型不在允许范围内。可以上传：{allowed}。", code="ending")
    size = size_of(file)
    if size == 0:
        raise UnacceptableFileError(f"“{shown}”是空文件。请确认选对了文件。", code="empty")
    if size > max_bytes:
        limit = filesizeformat(max_bytes)
        raise UnacceptableFileError(f"“{shown}”有 {filesizeformat(size)}，超过上限 {limit}。请压缩或拆分后再上传。", code="size")
    _check_content(file, shown, ending)
    digest = hashlib.sha256()
    file.seek(0)
    while chunk := file.read(1 << 20):
        digest.update(chunk)
    file.seek(0)
    return CheckedFile(name=shown, ending=ending, sha256=digest.hexdigest())


def _check_content(file, shown: str, ending: str) -> None:
    head = file.read(1024)
    file.seek(0)
    if ending == "pdf":
        genuine = b"%PDF-" in head
    elif ending in OOXML_MAIN_PART:
        genuine = _is_office_archive(file, OOXML_MAIN_PART[ending])
    elif ending == "ofd":
        genuine = _has_part(file, "OFD.xml")
    elif ending in OLE2_ENDINGS:
        # WPS writes OLE2 under its own endings too; newer versions write the zip of the matching Office format.
        genuine = head.startswith(OLE2) or (ending in {"wps", "et", "dps"} and _is_office_archive(file))
    elif ending in TEXT_ENDINGS:
        genuine = _is_text(file)
    else:
        check_picture(file, shown, ending)
        genuine = True
    if not genuine and ending in TEXT_ENDINGS:
        raise UnacceptableFileError(
            f"“{shown}”不是 UTF-8 或 GB18030 编码的文本。请用记事本或 WPS 打开，另存为 UTF-8 编码再上传。", code="content"
        )
    if not genuine:
        raise UnacceptableFileError(
            f"“{shown}”的内容不是 {ending} 格式（可能改过扩展名）。请用原软件另存为 {ending} 再上传。", code="content"
        )


def _archive_names(file) -> list[str]:
    try:
        return check_archive(file, max_entries=KEPT_ENTRIES)
    except UnsafeArchiveError as error:
        raise UnacceptableFileError(str(error), code="archive") from error


def _has_part(file, part: str) -> bool:
    return file.read(2) == b"PK" and part in _archive_names(file)


def _is_office_archive(file, main_part: str = "") -> bool:
    if file.read(2) != b"PK":
        return False
    names = _archive_names(file)
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise UnacceptableFileError("文件含有宏，已拒绝。请另存为不含宏的格式再上传。", code="macro")
    return "[Content_Types].xml" in names and any(name.startswith(main_part) for name in names)


def _is_text(file) -> bool:
    data = file.read()
    if b"\x00" in data:
        return False
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            data.decode(encoding)
        except UnicodeDecodeError:
            continue
        return True
    return False


def check_picture(file, shown: str, ending: str) -> tuple[int, int]:
    """(width, height) of a picture whose bytes are what its ending says, at most 20 million pixels over all its frames.

    Only the header is read: a few kilobytes may declare hundreds of megabytes of pixels.
    """
    file.seek(0)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # our own limit, below, is stricter
            with Image.open(file, formats=[IMAGE_FORMATS[ending]]) as picture:
                width, height = picture.size
                # The second picture in a telephone's JPEG (MPO) is a preview or a depth map; only the first is kept.
                is_animated = width * height <= MAX_PIXELS and picture.format != "MPO"
                frames = getattr(picture, "n_frames", 1) if is_animated else 1
    except Image.DecompressionBombError as error:
        raise UnacceptableFileError(f"“{shown}”的像素过多，超过 20 百万。请缩小后再上传。", code="pixels") from error
    except Exception as error:  # Pillow raises many kinds on broken files
        raise UnacceptableFileError(f"“{shown}”不是有效的 {ending} 图片，或已损坏。请重新导出后再上传。", code="content") from error
    finally:
        file.seek(0)
    if width * height * frames > MAX_PIXELS:
        megapixels = width * height * frames / 1_000_000
        message = f"“{shown}”有 {megapixels:.0f} 百万像素（{width}×{height}），超过 20 百万。请缩小后再上传。"
        raise UnacceptableFileError(message, code="pixels")
    return width, height
