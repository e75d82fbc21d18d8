"""What the paper of a person's year says, once, so that the .pdf and the .docx cannot disagree: chapters in the order of an archive (§3.7)."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, field

from ...evidence import Attachment, Detail
from ..cells import Cell, Line, PersonYear, Record
from ..choices import State
from ..contents import FileContent, PlanText
from ..years import place_day, place_of
from .entries import Original

NUMERALS = "一二三四五六七八九十"
NONE_OF_THESE = "本年度没有这一类材料。"
OPEN_END = "至今"


@dataclass(frozen=True, slots=True)
class Block:
    """One of: a paragraph, a table (`head` and `rows`, the columns' widths in hundredths), a list of labelled facts."""

    text: str = ""
    is_small: bool = False
    head: tuple[str, ...] = ()
    widths: tuple[int, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    facts: tuple[tuple[str, str], ...] = ()

    @property
    def is_lead(self) -> bool:
        """Says what follows, and does not stand alone at the foot of a page."""
        return self.text.endswith("：")


@dataclass(frozen=True, slots=True)
class Section:
    """One record, with a line in the contents."""

    anchor: str
    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Chapter:
    anchor: str
    title: str
    blocks: tuple[Block, ...] = ()
    sections: tuple[Section, ...] = ()


@dataclass(frozen=True, slots=True)
class Lock:
    """How the content was fixed; None in its place: it was not."""

    at: datetime.datetime
    by: str


@dataclass(frozen=True, slots=True)
class Volume:
    """The cover and all that follows. `sha256` is of the snapshot's text; `bureau` as it is to be printed, or empty."""

    content: FileContent
    sha256: str
    lock: Lock | None
    bureau: str
    chapters: tuple[Chapter, ...] = field(default=())

    @property
    def year(self) -> PersonYear:
        return self.content.year

    @property
    def department(self) -> str:
        place = place_of(self.year.places, place_day(self.year.year, self.year.as_of))
        return place.department if place else ""

    @property
    def state(self) -> str:
        return "已锁定" if self.lock else "未锁定"

    @property
    def cover(self) -> tuple[tuple[str, str], ...]:
        year = self.year
        facts = [("姓名", year.name), ("工号", year.employee_number), ("科室（单位）", self.department), ("年度", f"{year.year}年")]
        if self.lock:
            facts.append(("状态", f"已锁定（{chinese_day(self.lock.at.date())}）"))
        else:
            facts.append(("状态", "未锁定"))
            facts.append(("内容截至", chinese_day(year.as_of)))
        return tuple((label, value) for label, value in facts if value)

    @property
    def digest_lines(self) -> tuple[str, str]:
        """The SHA-256 in groups that can be compared by eye."""
        groups = [self.sha256[start : start + 8] for start in range(0, len(self.sha256), 8)]
        return " ".join(groups[:4]), " ".join(groups[4:])


def chinese_day(day: datetime.date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


# Kinds of evidence by chapter; whatever no chapter knows stands in the last of them.
SESSIONS, READING = ("programme.attendance",), ("reading.log",)
REFLECTIONS = ("reading.reflection",)
RESEARCH = ("contributions.research", "contributions.adoption")
APPLICATIONS = ("reading.application", "contributions.research_use", "portfolio.application", "portfolio.achievement")
TOLD_ELSEWHERE = ("portfolio.plan", "portfolio.statement")  # their text is the file's own
BY_CHAPTER = (SESSIONS, READING, REFLECTIONS, RESEARCH, APPLICATIONS)


def volume_of(content: FileContent, originals: Iterable[Original], *, sha256: str, lock: Lock | None = None, bureau: str = "") -> Volume:
    """`originals` are the attachments as they lie in the package (`entries.originals_of`)."""
    found = list(originals)
    paths = {one.key: one for one in found}
    records = content.year.records
    known = {key for keys in BY_CHAPTER for key in keys} | set(TOLD_ELSEWHERE)
    rest = tuple(sorted({record.kind for record in records} - known))
    parts: list[tuple[str, tuple[Block, ...], tuple[Record, ...]]] = [
        ("基本情况与五有完成情况", _summary(content), ()),
        ("学习计划和总结", _plan_and_statement(content), ()),
        ("集中学习会议记录", (), _of(records, SESSIONS)),
        ("考勤记录", _roll(_of(records, SESSIONS), content.details), ()),
        ("个人自学", _own_study(content.year), _of(records, READING)),
        ("心得体会文章", (), _of(records, REFLECTIONS)),
        ("论文、调研报告与稿件", (), _of(records, RESEARCH)),
        ("收获运用与学习成果", (), _of(records, APPLICATIONS)),
    ]
    if rest:
        parts.append(("其他学习记录", (), _of(records, rest)))
    parts.append(("评学、确认与锁定", _closing(content, sha256, lock), ()))
    if found:
        parts.append(("附件目录", _attachment_list(found), ()))
    chapters = tuple(_chapter(number, *part, content.details, paths) for number, part in enumerate(parts, start=1))
    return Volume(content, sha256, lock, bureau, chapters)


def records_in_order(content: FileContent) -> list[Record]:
    """As the chapters take them: the attachments are numbered in this order."""
    rank = {key: number for number, keys in enumerate(BY_CHAPTER) for key in keys}
    told = [record for record in content.year.records if record.kind not in TOLD_ELSEWHERE]
    return sorted(told, key=lambda one: (rank.get(one.kind, len(BY_CHAPTER)), one.counted_on, one.kind, one.record_id))


def _of(records: Iterable[Record], kinds: Iterable[str]) -> tuple[Record, ...]:
    wanted = set(kinds)
    return tuple(record for record in records if record.kind in wanted)


def _chapter(number: int, title: str, blocks, records, details, paths) -> Chapter:
    sections = tuple(
        _section(f"c{number}-{at}", at, record, details.get((record.kind, record.record_id), Detail()), paths)
        for at, record in enumerate(records, start=1)
    )
    if not blocks and not sections:
        blocks = (Block(NONE_OF_THESE),)
    return Chapter(f"c{number}", f"{_numeral(number)}、{title}", tuple(blocks), sections)


def _numeral(number: int) -> str:
    return NUMERALS[number - 1] if number <= len(NUMERALS) else f"十{NUMERALS[number - 11]}"


def _section(anchor: str, at: int, record: Record, detail: Detail, paths: dict) -> Section:
    """The facts run on in one small paragraph: a year has some fifty sessions, and they are printed."""
    has_time = any(label == "时间" for label, _value in detail.facts)  # a session says its day with its hours
    facts = [] if has_time else [("日期", chinese_day(record.counted_on))]
    if record.is_late:
        facts.append(("实际完成", f"{chinese_day(record.happened_on)}（逾期）"))
    if record.kind not in SESSIONS:
        facts.insert(0, ("类别", record.label))
    said = {label for label, _value in facts}
    facts += [(label, value) for label, value in detail.facts if value and label not in said and value != record.title]
    if files := [_attachment_line(one, paths) for one in detail.attachments]:
        facts.append(("附件", "、".join(files)))
    told = "；".join(f"{label}：{' '.join(value.split()).rstrip('。；')}" for label, value in facts)
    is_small = record.kind in SESSIONS
    lines = [line for paragraph in detail.paragraphs for line in paragraph.splitlines() if line.strip()]
    blocks = (Block(f"{told}。", is_small=True), *(Block(line, is_small=is_small) for line in lines))
    return Section(anchor, f"{at}．{record.title or record.label}", blocks)


def _attachment_line(attachment: Attachment, paths: dict) -> str:
    original = paths.get((attachment.sha256, attachment.name))
    return f"{attachment.name}（附件 {original.number}）" if original else attachment.name


# --- the chapters that are no list of records ---------------------------------------------------------------------


def _summary(content: FileContent) -> tuple[Block, ...]:
    year = content.year
    places = tuple(
        (f"{one.started_on} — {one.ended_on or OPEN_END}", one.department, "、".join(filter(None, [one.title, _duty(one)])))
        for one in year.places
    )
    blocks = [Block(head=("起止", "科室（单位）", "职务"), widths=(36, 34, 30), rows=places)] if places else []
    blocks.append(
        Block(head=("五有", "状态", "记录", "要求（已做／应做）"), widths=(24, 16, 14, 46), rows=tuple(map(_cell_row, year.cells)))
    )
    lines = [line for cell in year.cells for line in cell.lines] + list(year.others)
    if lines:
        blocks.append(Block("各项要求的完成情况："))
        blocks.append(Block(head=("要求", "周期", "截止", "完成"), widths=(34, 16, 18, 32), rows=tuple(map(_line_row, lines))))
        blocks.append(Block("各项要求的依据："))
        blocks.append(Block(facts=tuple({line.name: f"{line.basis}（{line.use}）" for line in lines}.items())))
    return tuple(blocks)


def _duty(place) -> str:
    return "负责人" if place.is_head else "" if place.is_primary else "兼任"


def _cell_row(cell: Cell) -> tuple[str, ...]:
    counted = [line for line in cell.lines if line.state is not State.EXEMPT]
    told = f"{sum(line.done for line in counted)}／{sum(line.owed for line in counted)}" if counted else "不计"
    records = f"{len(cell.records)} 条" if cell.records else "有" if cell.has_private else "无"
    return (cell.have.label, f"{cell.state.mark} {cell.state.label}", records, told)


def _line_row(line: Line) -> tuple[str, ...]:
    done = f"{line.state.mark} {line.done}／{line.owed}"
    if line.excuse:
        done = f"不计：{line.excuse}"
    elif line.late:
        done = f"{done}（逾期 {line.late}）"
    return (line.name, line.period.label_in_year, f"{line.due_on}", done)


def _plan_and_statement(content: FileContent) -> tuple[Block, ...]:
    blocks = []
    if content.plan:
        blocks.append(Block(facts=_plan_facts(content.plan)))
    else:
        blocks.append(Block("没有学习规划。"))
    if content.statement:
        blocks.append(Block(facts=(("述学报告", f"{chinese_day(content.statement.handed_in_on)}提交"),)))
        blocks += [Block(line) for line in content.statement.text.splitlines() if line.strip()]
    else:
        blocks.append(Block("没有提交述学报告。"))
    return tuple(blocks)


def _plan_facts(plan: PlanText) -> tuple[tuple[str, str], ...]:
    decided = "，".join(filter(None, [plan.decided_by, chinese_day(plan.decided_on) if plan.decided_on else ""]))
    told = (
        ("学习规划", plan.state),
        ("今年要学会什么", plan.goals),
        ("打算读的书", plan.books),
        ("结合工作研究的问题", plan.topics),
        ("时间安排", plan.schedule),
        ("批复", decided),
        ("批复意见", plan.decision_note),
    )
    return tuple((label, value) for label, value in told if value)


STATUS = "到会情况"  # as the programme calls it


def _roll(records: tuple[Record, ...], details) -> tuple[Block, ...]:
    if not records:
        return ()
    rows = []
    for record in records:
        facts = dict(details.get((record.kind, record.record_id), Detail()).facts)
        rows.append((f"{record.counted_on}", record.title or record.label, facts.get(STATUS, "参加")))
    return (Block(head=("日期", "学习活动", "考勤"), widths=(18, 62, 20), rows=tuple(rows)), Block(f"共 {len(rows)} 次。"))


def _own_study(year: PersonYear) -> tuple[Block, ...]:
    """Of notes that there are some, and nothing more."""
    has_notes = any(cell.has_private for cell in year.cells)
    return (Block("有学习笔记（笔记内容只归本人，不入卷）。"),) if has_notes else ()


def _closing(content: FileContent, sha256: str, lock: Lock | None) -> tuple[Block, ...]:
    facts = []
    if review := content.review:
        told = (
            f"平均 {review.mean} 分（满分 {review.total_points} 分，{review.raters} 人评）" if review.mean else "不足三人评，不显示平均分"
        )
        facts.append(("评学", told))
    else:
        facts.append(("评学", "没有评学结果"))
    if one := content.confirmation:
        facts.append(("负责人确认", "，".join(filter(None, [one.by, chinese_day(one.on), one.note]))))
    else:
        facts.append(("负责人确认", "没有确认"))
    locked = f"{chinese_day(lock.at.date())}，{lock.by}" if lock and lock.by else chinese_day(lock.at.date()) if lock else ""
    facts.append(("年度锁定", locked or f"未锁定，内容截至{chinese_day(content.year.as_of)}"))
    facts.append(("SHA-256", sha256))
    return (
        Block(facts=tuple(facts)),
        Block("SHA-256 是包内“file.json”全文的校验值。在任何电脑上重新计算，结果相同即说明内容没有改动。"),
    )


def _attachment_list(originals: list[Original]) -> tuple[Block, ...]:
    rows = tuple((one.number, f"{one.name}（{one.missing}）" if one.missing else one.name, _in_halves(one.sha256)) for one in originals)
    return (Block(head=("号", "文件名", "SHA-256"), widths=(10, 40, 50), rows=rows),)


def _in_halves(digest: str) -> str:
    """As it breaks into two lines."""
    return f"{digest[:32]} {digest[32:]}"
