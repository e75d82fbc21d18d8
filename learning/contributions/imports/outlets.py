"""媒体 as a kind of table import: an outlet is known by any of its names, and an empty cell never erases anything."""

import datetime
import re
import unicodedata
from collections import defaultdict
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from wagtail.log_actions import log

from cms.imports.kinds import Field, ImportKind, Row, Verdict
from cms.imports.models import ImportRow
from cms.imports.workbooks import as_text
from cms.imports.written import changed, created, snapshot

from ...organisation.roster import CellError
from ...periods import local_day
from ..choices import Level, Medium, WeightClass
from ..models import Outlet, OutletGrade, OutletName
from ..rights import RUN
from .cells import CLASSES, LEVELS, MEDIA, Cells, code_of, day_of, plain, text_of, yes_or_no
from .known import Grade, KnownOutlet, KnownOutlets

State = ImportRow.State
BETWEEN = re.compile(r"[、,;\s]+")
LABELS = {"medium": "类别", "is_key": "权威媒体", "note": "备注"}


@dataclass(slots=True)
class _Understood:
    row: Row
    errors: list[str]
    name: str = ""
    others: list[str] = field(default_factory=list)
    values: dict = field(default_factory=dict)
    level: str = ""
    weight_class: str = ""
    since: datetime.date | None = None


class OutletKind(ImportKind):
    key = "outlets"
    label = "媒体"
    description = "媒体、别名与级别。按名称或别名认；空白格不改动已有内容。级别变了的填“自哪天起”，以前的采用仍按当时的级别。"
    permissions = (RUN,)
    fields = (
        Field("name", "名称", ("媒体", "媒体名称", "单位名称", "刊播媒体"), required=True, example="样城日报"),
        Field(
            "others",
            "别名或域名",
            ("别名", "简称", "域名", "网址", "其他名称"),
            example="样报、sample-daily.cn",
            help="几个之间用顿号隔开。",
        ),
        Field(
            "medium",
            "类别",
            ("媒体类别", "媒体类型", "种类", "类型"),
            example="报纸",
            help=f"填{'、'.join(Medium.labels)}之一；新媒体必填。",
        ),
        Field("level", "级别", ("媒体级别", "层级", "等级"), example="市级", help=f"填{'、'.join(Level.labels)}之一；新媒体必填。"),
        Field("weight_class", "权重类别", ("权重", "档次", "分类"), example="甲类", help=f"填{'、'.join(WeightClass.labels)}之一。"),
        Field("is_key", "权威媒体", ("权威", "重点媒体", "重点", "是否权威"), example="否", help="填“是”或“否”。"),
        Field("since", "自哪天起", ("起始日期", "生效日期", "级别起始日期", "自"), example="2026-01-01", help="级别和权重类别从这一天起。"),
        Field("note", "备注", ("说明",)),
    )

    def check(self, rows, batch):
        known, today = KnownOutlets(), local_day(batch.created_at) if batch.created_at else None
        understood = [_understand(row) for row in rows]
        outlets = {outlet.pk: outlet for outlet in Outlet.objects.all()}
        verdicts = [_judge(one, known, outlets, today) for one in understood]
        _refuse_doubles(understood, verdicts, known)
        return verdicts

    def commit(self, row: Row, by):
        cleaned = row.cleaned
        if cleaned["outlet"] is None:
            outlet = Outlet(name=cleaned["name"], **cleaned["values"])
            outlet.full_clean()
            outlet.save()
            written = [created(outlet)]
        else:
            outlet = Outlet.objects.select_for_update().get(pk=cleaned["outlet"])
            before, written = snapshot(outlet), []
            for name, value in cleaned["values"].items():
                setattr(outlet, name, value)
            if cleaned["values"]:
                outlet.full_clean()
                outlet.save()
                written.append(changed(outlet, before))
        for text in cleaned["others"]:
            written.append(created(OutletName.objects.create(outlet=outlet, text=text)))
        if cleaned["grade"]:
            level, weight_class, since = cleaned["grade"]
            day = datetime.date.fromisoformat(since)
            written.append(created(OutletGrade.objects.create(outlet=outlet, level=level, weight_class=weight_class, since=day)))
        log(instance=outlet, action="contributions.save_outlet", user=by, data={"from": "import"})
        return written


def _understand(row: Row) -> _Understood:
    cells = Cells(row)
    one = _Understood(row, cells.errors)
    one.name = cells.get("name", lambda raw: text_of(raw, column="名称", most=60), "")
    one.others = list(cells.get("others", _names, []))
    if medium := cells.get("medium", lambda raw: code_of(raw, MEDIA, column="类别", choices=Medium)):
        one.values["medium"] = medium
    if (is_key := cells.get("is_key", lambda raw: yes_or_no(raw, column="权威媒体"))) is not None:
        one.values["is_key"] = is_key
    if note := cells.get("note", lambda raw: text_of(raw, column="备注", most=200)):
        one.values["note"] = note
    one.level = cells.get("level", lambda raw: code_of(raw, LEVELS, column="级别", choices=Level), "")
    one.weight_class = cells.get("weight_class", lambda raw: code_of(raw, CLASSES, column="权重类别", choices=WeightClass), "")
    one.since = cells.get("since", lambda raw: day_of(raw, column="自哪天起", today=None))
    if not one.name and not cells.errors:
        one.errors.append("名称是空的。请补上。")
    return one


def _names(raw) -> list[str]:
    """Other names; of an address its host."""
    names = []
    for part in filter(None, (part.strip() for part in BETWEEN.split(unicodedata.normalize("NFKC", as_text(raw))))):
        is_address = "://" in part or (part.isascii() and "." in part)
        name = (_host(part) or part) if is_address else part
        if len(name) > 80:
            raise CellError("别名或域名超过 80 个字。几个之间请用顿号隔开。")
        names.append(name)
    return list(dict.fromkeys(names))


def _host(address: str) -> str:
    try:
        return (urlsplit(address if "://" in address else f"//{address}").hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def _judge(one: _Understood, known: KnownOutlets, outlets: dict[int, Outlet], today) -> Verdict:
    if plain(one.name).rstrip(":") in ("合计", "小计", "总计", "共计"):
        return Verdict(State.SKIPPED.value, ["像是合计，不导入。"])
    if one.errors:
        return Verdict(State.ERROR.value, one.errors)
    found = known.named(one.name)
    errors, changes = [], []
    others = [name for name in one.others if plain(name) != plain(one.name)]
    for name in others:
        other = known.named(name)
        if other is not None and other is not found:
            errors.append(f"别名“{name}”已属于媒体“{other.name}”。请核对。")
    others = [name for name in others if known.named(name) is None]
    grade = _grade_after(one, found, today, errors, changes)
    if found is None:
        for value, column in ((one.values.get("medium"), "类别"), (one.level, "级别")):
            if not value:
                errors.append(f"系统中没有媒体“{one.name}”，新建时{column}不能空。请补上{_hint(one, known)}。")
        if errors:
            return Verdict(State.ERROR.value, errors)
        return Verdict(State.NEW.value, cleaned=_cleaned(one, None, one.values, others, grade))
    if errors:
        return Verdict(State.ERROR.value, errors)
    stored = outlets[found.key]
    values = {name: value for name, value in one.values.items() if getattr(stored, name) != value}
    changes += [(LABELS[name], _in_words(name, getattr(stored, name)), _in_words(name, value)) for name, value in values.items()]
    if others:
        changes.append(("别名", "", "、".join(others)))
    messages = [f"按别名认作“{found.name}”。"] if plain(found.name) != plain(one.name) else []
    state = State.CHANGE if changes else State.SAME
    return Verdict(state.value, messages, cleaned=_cleaned(one, found.key, values, others, grade), changes=changes)


def _grade_after(one: _Understood, found: KnownOutlet | None, today, errors, changes) -> list[str] | None:
    """[level, class, since] of a grade that is to be added."""
    if found is None:
        since = one.since or today
        return [one.level, one.weight_class or WeightClass.NONE.value, since.isoformat()] if one.level and since else None
    day = one.since or today or datetime.date.max
    before = found.grade_on(day)
    if before is None and not one.level:
        return None
    after = Grade(one.level or before.level, one.weight_class or (before.weight_class if before else WeightClass.NONE.value))
    if after == before:
        return None
    if one.since is None:
        errors.append(f"“{found.name}”现在是{_grade(before)}，表中是{_grade(after)}。级别变了的请填“自哪天起”。")
        return None
    if one.since in found.since:
        errors.append(f"“{found.name}”自 {one.since:%Y-%m-%d} 起已登记为{_grade(before)}。请核对日期；登记错了的请在“媒体”里更正。")
        return None
    changes.append(("级别", _grade(before), f"{_grade(after)}，自 {one.since:%Y-%m-%d} 起"))
    return [*after, one.since.isoformat()]


def _grade(grade: Grade | None) -> str:
    return f"{Level(grade.level).label}、{WeightClass(grade.weight_class).label}" if grade else "（没有级别）"


def _hint(one, known) -> str:
    near = known.near(one.name)
    return f"；或者是不是“{near[0].name}”？那就改成它" if near else ""


def _in_words(name: str, value) -> str:
    if name == "medium":
        return str(Medium(value).label)
    return ("是" if value else "否") if name == "is_key" else value


def _cleaned(one, key, values, others, grade) -> dict:
    return {"outlet": key, "name": one.name, "values": values, "others": others, "grade": grade}


def _refuse_doubles(understood, verdicts, known) -> None:
    """One outlet in two rows, or one other name for two outlets: only one of them can be meant."""
    rows = defaultdict(list)
    for one, verdict in zip(understood, verdicts, strict=True):
        if verdict.cleaned:
            key = verdict.cleaned["outlet"]
            for name in [f"#{key}"] if key else [plain(one.name)]:
                rows[name].append((one, verdict))
            for name in verdict.cleaned["others"]:
                rows[plain(name)].append((one, verdict))
    for same in rows.values():
        numbers = sorted({one.row.number for one, _verdict in same})
        if len(numbers) > 1:
            for _one, verdict in same:
                verdict.state, verdict.cleaned, verdict.changes = State.ERROR.value, {}, []
                verdict.messages = [
                    f"第 {'、'.join(map(str, numbers))} 行是同一家媒体，或用了同一个别名。请合成一行，其余删去或选“不导入”。"
                ]
