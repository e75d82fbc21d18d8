"""Authors and departments of an article in their order, with the shares that are stated."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from ..organisation.models import Department, StaffMember
from ..programme.people import BETWEEN_NAMES, People, UnknownNameError

WHOLE = Decimal(100)
STATED = re.compile(r"(?P<name>.*?)[\s　:：]*(?P<share>[0-9０-９]{1,3}(?:[.．][0-9０-９]{1,2})?)\s*[%％]")
MAX_NAME = 50
MAX_AUTHORS = 20


class UnfitLinesError(ValueError):
    """The message is Chinese and says what to write instead."""


@dataclass(frozen=True, slots=True)
class AuthorLine:
    """`staff` is None for somebody who is not on the roster; `share` in percent, None where shares are not stated."""

    name: str
    staff: StaffMember | None = None
    share: Decimal | None = None


@dataclass(frozen=True, slots=True)
class DepartmentLine:
    department: Department
    share: Decimal | None = None


def check_shares(shares: Sequence[Decimal | None]) -> None:
    """All or none are stated, and those stated make a whole. Raises UnfitLinesError."""
    stated = [share for share in shares if share is not None]
    if not stated:
        return
    if len(stated) < len(shares):
        raise UnfitLinesError(f"只有 {len(stated)} 个写了比例，共 {len(shares)} 个。请都写上，合计 100%；或都不写，按规则分。")
    if any(not 0 <= share <= WHOLE for share in stated):
        raise UnfitLinesError("比例须在 0 到 100 之间。")
    if (total := sum(stated)) != WHOLE:
        raise UnfitLinesError(f"比例合计是 {_plain(total)}%，须是 100%。请改比例，或都不写。")


def read_authors(text: str, people: People) -> list[AuthorLine]:
    """「张三、李四 40%、外单位的人」 as lines, in that order. Raises UnfitLinesError."""
    lines = []
    for part in filter(None, (one.strip() for one in BETWEEN_NAMES.split(text))):
        found = STATED.fullmatch(part)
        name, share = (found["name"].strip(), _share(found["share"])) if found else (part, None)
        if not name:
            raise UnfitLinesError(f"“{part}”前面没有姓名。写成“姓名 60%”这样。")
        try:
            person = people.named(name)
        except UnknownNameError as error:
            raise UnfitLinesError(str(error)) from error
        if person is None and len(name) > MAX_NAME:
            raise UnfitLinesError(f"“{name[:20]}……”太长，姓名最多 {MAX_NAME} 个字。几位作者之间用顿号隔开。")
        lines.append(AuthorLine(name=person.name if person else name, staff=person, share=share))
    if len(lines) > MAX_AUTHORS:
        raise UnfitLinesError(f"作者最多 {MAX_AUTHORS} 位，现在有 {len(lines)} 位。")
    return lines


def write_authors(lines, labels: dict[int, str]) -> str:
    """As `read_authors` reads them. `labels` tell namesakes apart."""
    return "、".join(f"{labels.get(line.staff_id, line.name) if line.staff_id else line.name}{_stated(line.share)}" for line in lines)


def _share(text: str) -> Decimal:
    try:
        return Decimal(text.replace("．", "."))  # Decimal reads full-width digits, too
    except InvalidOperation as error:
        raise UnfitLinesError(f"比例“{text}”看不懂，写成 60% 这样。") from error


def _stated(share: Decimal | None) -> str:
    return "" if share is None else f" {_plain(share)}%"


def _plain(number: Decimal) -> str:
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
