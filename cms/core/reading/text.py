"""Bytes to text, and text to one tidy line."""

import re
import unicodedata

from .document import UnreadableDocumentError

CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


def decode(data: bytes) -> tuple[str, str]:
    """(text, name of the encoding). Raises UnreadableDocumentError on bytes that are no text in any encoding used here."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ("utf-16",)
    elif b"\x00" in data:
        raise UnreadableDocumentError("这不是文本文件（含有二进制内容）。请确认扩展名与内容一致。")
    else:
        encodings = ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if encoding == "gb18030" and sum(unicodedata.category(character) in ("Co", "Cn") for character in text) > len(text) // 50:
            break
        return text, {"utf-8-sig": "UTF-8", "gb18030": "GB18030", "utf-16": "UTF-16"}[encoding]
    raise UnreadableDocumentError("认不出文字编码。请用记事本或 WPS 打开，另存为 UTF-8 编码的文本再导入。")


def tidy(text: str) -> str:
    """One line of text: control and direction characters gone, blanks folded, nothing else touched."""
    return re.sub(r"[\s\u3000\xa0]+", " ", CONTROL.sub("", text)).strip()
