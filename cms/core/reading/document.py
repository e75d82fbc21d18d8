from dataclasses import dataclass, field


class UnreadableDocumentError(Exception):
    """The file cannot be read; the message is Chinese and says what is wrong and what to do."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something a person should look at. `line` counts the paragraphs of the source from 1; 0 means the whole file."""

    line: int
    message: str
    remedy: str = ""

    def __str__(self):
        place = f"第 {self.line} 段" if self.line else "全文"
        return f"{place}：{self.message}" + (f" {self.remedy}" if self.remedy else "")


@dataclass(frozen=True, slots=True)
class Block:
    """One piece of a document in reading order.

    `kind` is "paragraph", "heading", "table" or "image"; `html` is the sanitised inline mark-up of a paragraph, `level` (1–4) and
    `text` belong to a heading, `rows` to a table (the first row may be a header), `data` and `text` (what is on it) to an image.
    """

    kind: str
    line: int
    text: str = ""
    html: str = ""
    level: int = 0
    rows: tuple[tuple[str, ...], ...] = ()
    has_header: bool = False
    data: bytes = b""


@dataclass(slots=True)
class SourceDocument:
    blocks: list[Block]
    findings: list[Finding] = field(default_factory=list)
