"""Office files are zip archives; these limits are asked of the directory before anything is unpacked (A16 of the threat list)."""

import io
import re
import zipfile

MAX_ENTRIES = 200  # of what is opened and read here
MAX_TOTAL_BYTES = 50 * 1024 * 1024
MAX_ENTRY_BYTES = 30 * 1024 * 1024
MAX_RATIO = 100
SMALL_ENTRY_BYTES = 1024 * 1024  # a small file may compress as well as it likes
NESTED = re.compile(r"\.(zip|rar|7z|gz|bz2|xz|tar|jar)$", re.IGNORECASE)  # office files inside office files are ordinary (charts)
TRICK_PATH = re.compile(r"^/|^[A-Za-z]:|(^|/)\.\.(/|$)")


class UnsafeArchiveError(Exception):
    """The archive is broken or would unpack into more than we take; the message is Chinese."""


def check_archive(file, *, max_entries: int = MAX_ENTRIES) -> list[str]:
    """The names in the zip `file` (bytes or a seekable binary file), once its directory is within the limits.

    Raises UnsafeArchiveError on a broken archive, too many or too large entries, absurd ratios, nested archives and path tricks.
    """
    source = io.BytesIO(file) if isinstance(file, bytes) else file
    try:
        source.seek(0)
        with zipfile.ZipFile(source) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError, RuntimeError) as error:
        raise UnsafeArchiveError("文件已损坏或不完整，打不开。请在 WPS 或 Office 里重新保存后再上传。") from error
    finally:
        source.seek(0)
    if len(entries) > max_entries:
        raise UnsafeArchiveError(f"文件内部条目过多（{len(entries)} 个，最多 {max_entries} 个），已拒绝。请拆分后再上传。")
    if sum(entry.file_size for entry in entries) > MAX_TOTAL_BYTES:
        raise UnsafeArchiveError("文件解压后过大（超过 50 MB），已拒绝。请删去大图或拆分后再上传。")
    for entry in entries:
        if entry.file_size > MAX_ENTRY_BYTES:
            raise UnsafeArchiveError("文件内有一项解压后超过 30 MB，已拒绝。请删去大图或多余的空白行列后再上传。")
        if entry.file_size > SMALL_ENTRY_BYTES and entry.file_size > MAX_RATIO * max(entry.compress_size, 1):
            raise UnsafeArchiveError("文件压缩比异常，疑似压缩炸弹，已拒绝。")
        if NESTED.search(entry.filename):
            raise UnsafeArchiveError("文件里还装有压缩包，已拒绝。请取出里面的文件分别上传。")
        if TRICK_PATH.search(entry.filename.replace("\\", "/")):
            raise UnsafeArchiveError("文件内有不合法的路径，已拒绝。")
        if entry.flag_bits & 0x1:
            raise UnsafeArchiveError("文件已加密。请去掉打开密码后再上传。")
    return [entry.filename for entry in entries]
