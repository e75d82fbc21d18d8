"""The whole content of a file, without a database; and its package."""

import datetime
import hashlib
import io
import zipfile
from functools import partial
from unittest import mock

from learning.evidence import Attachment, Detail, Have
from learning.periods import SHANGHAI, PeriodKind, periods_of_year
from learning.portfolio import snapshots
from learning.portfolio.cells import Cell, Line, PersonYear, Place, Record
from learning.portfolio.choices import State
from learning.portfolio.contents import Confirmation, FileContent, PlanText, ReviewFigure, StatementText
from learning.portfolio.packaging import Lock, pdf, write_package

D = datetime.date
LOCK = Lock(datetime.datetime(2027, 1, 10, 9, tzinfo=SHANGHAI), "方景行")
SCAN = b"%PDF-1.4 a scan " + bytes(range(256)) * 8
PLACES = (
    Place(901, "办公室", "科员", True, False, D(2020, 1, 1), D(2026, 6, 30)),
    Place(902, "人事科", "副科长", True, True, D(2026, 7, 1), None),
)


def attachment(name="手稿.pdf", data=SCAN) -> Attachment:
    return Attachment(name, hashlib.sha256(data).hexdigest(), partial(io.BytesIO, data))


def content(*, name="陶思远", number="0012", year=2026, places=PLACES, attachments=None, sessions=3, paragraphs=3) -> FileContent:
    attachments = (attachment(),) if attachments is None else attachments
    records, details = [], {}

    def add(kind, label, record_id, title, day, detail, have=None):
        records.append(Record(kind, label, record_id, title, day, day, have))
        details[(kind, record_id)] = detail

    for at in range(sessions):
        day = D(year, 1, 6) + datetime.timedelta(days=7 * at % 350)
        facts = (("类型", "干部职工集中学习"), ("地点", "三楼会议室"), ("到会情况", "到会"))
        add("programme.attendance", "参加学习活动", at, f"第{at + 1}次集中学习", day, Detail(facts, ("要点：", "一是领会。")))
    add("reading.log", "读完一本书", 1, "平凡的世界", D(year, 2, 3), Detail((("书名", "平凡的世界"), ("作者", "某作者"))))
    text = tuple("这本书写的是普通人的奋斗，联系工作实际，我认识到要把每一件小事做好。" * 4 for _ in range(paragraphs))
    add("reading.reflection", "读书心得", 7, "读《平凡的世界》有感", D(year, 3, 20), Detail((), text, attachments), Have.REFLECTION)
    add("portfolio.application", "收获运用", 1, "公文格式", D(year, 5, 12), Detail((), ("退文少了。",)), Have.APPLICATION)
    cells = tuple(
        Cell(
            have,
            State.HAVE,
            tuple(
                Line("s", have.label, one, one.last, 1, 1, 0, "《实施方案》", "仅展示", f"have.{have.value}", True, "", State.HAVE)
                for one in periods_of_year(year, PeriodKind.HALF)
            ),
            tuple(record for record in records if record.have == have),
            have == Have.NOTE,
        )
        for have in Have
    )
    found = PersonYear(year, 77, name, number, D(year, 12, 31), places, cells, (), tuple(records))
    return snapshots.canonical(
        FileContent(
            found,
            PlanText("学会起草公文。", "《平凡的世界》", "", "每周二", "已批准", "梁静宜", D(year, 2, 5), "同意"),
            StatementText("一年来，参加集中学习。\n读了几本书。", D(year, 12, 10)),
            ReviewFigure(5, "92.4", 100),
            Confirmation("梁静宜", D(year, 12, 20)),
            details,
        )
    )


def package(found: FileContent | None = None, *, lock: Lock | None = LOCK, openers=None, with_pdf=False) -> bytes:
    """Without a PDF unless asked for: setting one takes a second."""
    found = found or content()
    text = snapshots.to_text(found)
    stream = io.BytesIO()
    with mock.patch.object(pdf, "weasyprint", pdf.weasyprint if with_pdf else None):
        write_package(stream, found, sha256=snapshots.sha256(text), text=text, lock=lock, openers=openers, bureau="样城教育局")
    return stream.getvalue()


def entries_of(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zipped(entries: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return stream.getvalue()


def with_sums(entries: dict[str, bytes]) -> dict[str, bytes]:
    """Edited by somebody who knows what a checksum is."""
    others = {name: data for name, data in entries.items() if name != "checksums.sha256"}
    lines = "".join(f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in sorted(others.items()))
    return others | {"checksums.sha256": lines.encode()}


def bundle(packages: dict[str, bytes]) -> bytes:
    """A department's packages in one zip."""
    return zipped(with_sums(packages))
