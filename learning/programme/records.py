"""记实表: the record of one session for the screen, for paper and as .docx. Heads and names come from the roll, never from a keyboard."""

import datetime
import io
from dataclasses import dataclass, field

from django.utils.timezone import localtime
from docx import Document
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.shared import Mm, Pt
from PIL import Image, ImageOps

from cms.files.validation import presentable_name

from .choices import LEAVE_STATUSES, AttendanceStatus, FileKind
from .models import Attendance, Session, SessionFile
from .paper import WIDTH, plain, set_font, set_page, write
from .rates import Rates, of_session
from .session_page import materials_of

DUE_WITHIN = datetime.timedelta(days=3)  # §3.4: a record is due within three days
MAX_PHOTOS = 6
BESIDES = (AttendanceStatus.LATE, AttendanceStatus.LEFT_EARLY, AttendanceStatus.ONLINE)
NONE = "无"
OUT = "，不列入应到"  # how the roster's reason ends; the line says it already


@dataclass(frozen=True, slots=True)
class Record:
    """Everything the 记实表 says, gathered once, so that page and file cannot disagree."""

    session: Session
    user: object
    rates: Rates
    formats: list = field(default_factory=list)
    lecturers: list = field(default_factory=list)
    topics: list = field(default_factory=list)
    materials: list = field(default_factory=list)
    photos: list[SessionFile] = field(default_factory=list)
    names: dict[str, list[str]] = field(default_factory=dict)
    out: list[str] = field(default_factory=list)

    @property
    def is_complete(self) -> bool:
        return self.session.roll_completed_at is not None

    @property
    def when(self) -> str:
        start, end = localtime(self.session.starts_at), localtime(self.session.ends_at)
        weekday = "一二三四五六日"[start.weekday()]
        until = f"{end:%H:%M}" if end.date() == start.date() else f"{end.month}月{end.day}日 {end:%H:%M}"
        return f"{start.year}年{start.month}月{start.day}日（星期{weekday}）{start:%H:%M}—{until}"

    @property
    def lecturer_names(self) -> str:
        return "；".join(f"{one.name}（{one.post}）" if one.post else one.name for one in self.lecturers)

    @property
    def format_names(self) -> str:
        return "、".join(f"（{one.numeral}）{one.name}" if one.numeral else one.name for one in self.formats)

    @property
    def content(self) -> list[str]:
        """Agenda, topics and materials, a line each."""
        lines = [line.strip() for line in self.session.agenda.splitlines() if line.strip()]
        if self.topics:
            lines.append(f"专题：{'、'.join(str(topic) for topic in self.topics)}")
        return lines + [f"《{page.title}》" for page in self.materials]

    @property
    def head_counts(self) -> str:
        rates = self.rates
        counts = f"应到 {rates.expected} 人，实到 {rates.there} 人，请假 {rates.excused} 人，缺席 {rates.absent} 人"
        return f"{counts}，未登记 {rates.unrecorded} 人" if rates.unrecorded else counts

    @property
    def attendance_line(self) -> str:
        rates = self.rates
        return f"出勤率 {rates.attendance_text}（到会、迟到、线上 {rates.attended} 人／应到减公差 {rates.attendance_base} 人）"

    @property
    def completion_line(self) -> str:
        rates = self.rates
        return f"学习完成率 {rates.completion_text}（含已补学 {rates.made_up} 人，共 {rates.completed} 人／应到 {rates.expected} 人）"

    @property
    def on_leave(self) -> str:
        return self._listed(*LEAVE_STATUSES)

    @property
    def absent(self) -> str:
        return self._listed(AttendanceStatus.ABSENT)

    @property
    def unrecorded(self) -> str:
        return self._listed(AttendanceStatus.UNRECORDED)

    @property
    def besides(self) -> str:
        """Who was there, but late, not to the end or from elsewhere."""
        lists = [(AttendanceStatus(status).label, self._listed(status, none="")) for status in BESIDES]
        return "；".join(f"{label}：{names}" for label, names in lists if names)

    def _listed(self, *statuses, none: str = NONE) -> str:
        return "、".join(name for status in statuses for name in self.names.get(status, ())) or none

    @property
    def attendance_lines(self) -> list[str]:
        """A sentence a line. Who signed in before the roll is complete is nobody's record yet."""
        if not self.is_complete:
            return ["点名还没有完成。"]
        lines = [f"{self.head_counts}。", f"请假：{self.on_leave}。", f"缺席：{self.absent}。"]
        if self.rates.unrecorded:
            lines.append(f"未登记：{self.unrecorded}。")
        if self.besides:
            lines.append(f"{self.besides}。")
        if self.out:
            lines.append(f"不列入应到：{'；'.join(self.out)}。")
        return [*lines, f"{self.attendance_line}。", f"{self.completion_line}。"]

    @property
    def due_on(self) -> datetime.date:
        return self.session.day + DUE_WITHIN

    @property
    def lacks(self) -> list[str]:
        """What is still to be added to a finished record."""
        missing = [] if self.is_complete else ["点名"]
        missing += [] if self.session.points else ["要点"]
        return missing + ([] if self.photos else ["照片"])

    @property
    def file_name(self) -> str:
        return presentable_name(f"记实表 {self.session.day:%Y-%m-%d} {self.session.title.replace('/', '／')[:60]}.docx")


def record_of(session: Session, *, user) -> Record:
    """The record of `session` for `user`, who sees of the materials what may be read. Seven statements."""
    people = session.attendances.select_related("staff")
    rows = list(people.order_by("department__position", "department", "staff__sort_key", "pk"))
    names: dict[str, list[str]] = {}
    for row in rows:
        if row.is_expected:
            names.setdefault(row.status, []).append(_named(row))
    return Record(
        session,
        user,
        of_session(session) if session.roster_frozen_at else Rates(),
        formats=list(session.formats.all()),
        lecturers=list(session.lecturers.all()),
        topics=list(session.topics.all()),
        materials=materials_of(session, user),
        photos=list(session.files.filter(kind=FileKind.PHOTO).order_by("pk")[:MAX_PHOTOS]),
        names=names,
        out=[f"{row.staff}，{row.roster_reason.removesuffix(OUT)}" for row in rows if not row.is_expected],
    )


def _named(row: Attendance) -> str:
    """With the kind of leave; why somebody asked for it is for whoever granted it."""
    notes = [row.get_status_display()] if row.status in LEAVE_STATUSES else []
    if row.is_made_up:
        notes.append("已补学")
    return f"{row.staff}（{'，'.join(notes)}）" if notes else str(row.staff)


# --- as .docx, after GB/T 9704-2012 as far as a table allows ------------------------------------------------------

TITLE_FONT, LABEL_FONT, TEXT_FONT = "黑体", "黑体", "仿宋"
TITLE_SIZE, TEXT_SIZE = Pt(22), Pt(14)  # 二号, 四号
LABEL_WIDTH = Mm(30)
PHOTO_WIDTH, PHOTO_PIXELS = Mm(72), 1600


def as_docx(record: Record) -> bytes:
    """The record as a file for Word and WPS. What people have typed goes in as text and nothing else."""
    document = Document()
    _set_page(document)
    title = document.add_paragraph()
    title.alignment = WD_ALIGN_PARAGRAPH.CENTER
    title.paragraph_format.space_after = Pt(14)
    _write(title, "学习活动记实表", font=TITLE_FONT, size=TITLE_SIZE)
    table = document.add_table(rows=0, cols=4)
    table.style = "Table Grid"
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    table.autofit = False
    session = record.session
    _row(table, "活动名称", [session.title])
    _row(table, "时间", [record.when])
    _two(table, ("地点", session.place), ("学习方式", session.get_kind_display()))
    _two(table, ("主持人", str(session.host or "")), ("记录人", str(session.recorder or "")))
    _row(table, "主讲人", [record.lecturer_names])
    _row(table, "组织者", [session.organiser_name])
    _row(table, "参加范围", [record.session.audience_name])
    _row(table, "计入形式", [record.format_names])
    _row(table, "到会情况", record.attendance_lines)
    _row(table, "学习内容", record.content)
    _row(table, "要点", [f"{number}．{point}" for number, point in enumerate(session.points, start=1)])
    _add_photos(table, record.photos)
    written = io.BytesIO()
    document.core_properties.title = plain(session.title)
    document.core_properties.author = ""
    document.core_properties.comments = ""
    document.save(written)
    return written.getvalue()


def _set_page(document) -> None:
    set_page(document)
    set_font(document.styles["Normal"], TEXT_FONT)
    document.styles["Normal"].font.size = TEXT_SIZE


def _write(paragraph, text: str, *, font: str = TEXT_FONT, size=TEXT_SIZE) -> None:
    write(paragraph, text, font=font, size=size)


def _set_spacing(paragraph) -> None:
    spacing = paragraph.paragraph_format
    spacing.space_before = spacing.space_after = Pt(2)
    spacing.line_spacing_rule, spacing.line_spacing = WD_LINE_SPACING.AT_LEAST, Pt(22)


def _fill(cell, lines: list[str], *, width, is_label: bool = False) -> None:
    cell.width = width
    cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
    for number, line in enumerate(lines or [""]):
        paragraph = cell.paragraphs[0] if number == 0 else cell.add_paragraph()
        _set_spacing(paragraph)
        if is_label:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        _write(paragraph, line, font=LABEL_FONT if is_label else TEXT_FONT)


def _row(table, label: str, lines: list[str]) -> None:
    cells = table.add_row().cells
    _fill(cells[0], [label], width=LABEL_WIDTH, is_label=True)
    _fill(cells[1].merge(cells[3]), lines, width=WIDTH - LABEL_WIDTH)


def _two(table, left: tuple[str, str], right: tuple[str, str]) -> None:
    cells = table.add_row().cells
    for number, (label, text) in enumerate((left, right)):
        _fill(cells[2 * number], [label], width=LABEL_WIDTH, is_label=True)
        _fill(cells[2 * number + 1], [text], width=(WIDTH - 2 * LABEL_WIDTH) // 2)


def _add_photos(table, photos: list[SessionFile]) -> None:
    """Two a row, over the whole width, each with its caption."""
    for start in range(0, len(photos), 2):
        cells = table.add_row().cells
        halves = (cells[0].merge(cells[1]), cells[2].merge(cells[3]))
        for half, photo in zip(halves, photos[start : start + 2], strict=False):
            paragraph = half.paragraphs[0]
            paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
            picture = _picture(photo)
            if picture is None:
                _write(paragraph, "（照片文件已不在）")
            else:
                paragraph.add_run().add_picture(picture, width=PHOTO_WIDTH)
            if photo.caption:
                caption = half.add_paragraph()
                caption.alignment = WD_ALIGN_PARAGRAPH.CENTER
                _write(caption, photo.caption, size=Pt(12))


def _picture(photo: SessionFile) -> io.BytesIO | None:
    """As JPEG of a size for paper: Word knows no WebP, and six photographs of a telephone make a file nobody can mail."""
    try:
        with photo.file.open("rb") as stored, Image.open(stored) as picture:
            upright = ImageOps.exif_transpose(picture).convert("RGBA")
    except OSError:  # gone from the disk or no picture after all
        return None
    upright.thumbnail((PHOTO_PIXELS, PHOTO_PIXELS))
    paper = Image.new("RGB", upright.size, "white")
    paper.paste(upright, mask=upright.getchannel("A"))
    encoded = io.BytesIO()
    paper.save(encoded, format="JPEG", quality=85)
    encoded.seek(0)
    return encoded
