"""What is otherwise in a file now than in its snapshot, in readable Chinese: records that came, went or changed, and what becomes of the cells."""

import datetime
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from ..evidence import Detail
from .cells import Line, PersonYear, Place, Record
from .contents import FileContent, PlanText, ReviewFigure, StatementText

ADDED, REMOVED, CHANGED = "新增", "撤回或删去", "改动"
PLAN_PARTS = {"goals": "今年要学会什么", "books": "打算读的书", "topics": "结合工作研究的问题", "schedule": "时间安排"}


@dataclass(frozen=True, slots=True)
class Change:
    """`topic` groups them on a page; `url` leads to a record that is there now."""

    topic: str
    text: str
    url: str = ""

    def __str__(self):
        return f"{self.topic}：{self.text}"


def changes(frozen: FileContent, now: FileContent) -> list[Change]:
    """In the order of a file. Empty for the same content. `now` is best computed for the day of the snapshot (`year.as_of`): what only the
    passing of days brings is no change."""
    return [
        *_of_records(frozen, now),
        *_of_cells(frozen.year, now.year),
        *_of_lines(frozen.year, now.year),
        *_of_plan(frozen.plan, now.plan),
        *_of_statement(frozen.statement, now.statement),
        *_of_review(frozen.review, now.review),
        *_of_person(frozen, now),
    ]


def _of_records(frozen: FileContent, now: FileContent) -> Iterator[Change]:
    before = {(one.kind, one.record_id): one for one in frozen.year.records}
    after = {(one.kind, one.record_id): one for one in now.year.records}
    for key, record in after.items():
        if key not in before:
            yield Change(ADDED, _named(record), record.url)
    for key, record in before.items():
        if key not in after:
            yield Change(REMOVED, f"{_named(record)}。锁定的档案里仍有这一条")
    for key, record in after.items():
        if key in before:
            said = [*_of_record(before[key], record), *_of_detail(frozen.details.get(key), now.details.get(key))]
            if said:
                yield Change(CHANGED, f"{_named(before[key])}：{'；'.join(said)}", record.url)


def _named(record: Record) -> str:
    return (
        f"{record.label}《{record.title}》（{record.counted_on:%Y-%m-%d}）"
        if record.title
        else f"{record.label}（{record.counted_on:%Y-%m-%d}）"
    )


def _of_record(before: Record, after: Record) -> Iterator[str]:
    if before.title != after.title:
        yield f"名称改为《{after.title}》"
    if before.counted_on != after.counted_on:
        yield f"计入的日期改为 {after.counted_on:%Y-%m-%d}"
    if before.happened_on != after.happened_on:
        yield f"完成的日期由 {before.happened_on:%Y-%m-%d} 改为 {after.happened_on:%Y-%m-%d}"
    if (before.label, before.have) != (after.label, after.have):
        yield f"类别改为{after.label}"


def _of_detail(before: Detail | None, after: Detail | None) -> Iterator[str]:
    before, after = before or Detail(), after or Detail()
    facts, facts_now = _by_label(before.facts), _by_label(after.facts)
    for label in dict.fromkeys((*facts, *facts_now)):
        if facts.get(label) != facts_now.get(label):
            yield f"{label}由“{_short(facts.get(label))}”改为“{_short(facts_now.get(label))}”"
    if facts == facts_now and before.facts != after.facts:
        yield "各项的顺序改了"
    if before.paragraphs != after.paragraphs:
        yield f"正文改了（原 {_length(before)} 字，现 {_length(after)} 字）"
    yield from _of_attachments(before, after)


def _by_label(facts: Iterable[tuple[str, str]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for label, value in facts:
        found[label] = f"{found[label]}、{value}" if label in found else value
    return found


def _of_attachments(before: Detail, after: Detail) -> Iterator[str]:
    files, files_now = ([(one.name, one.sha256) for one in detail.attachments] for detail in (before, after))
    if files == files_now:
        return
    came = [name for name, digest in files_now if (name, digest) not in files]
    went = [name for name, digest in files if (name, digest) not in files_now]
    if came:
        yield f"附件新增或换成了{'、'.join(came)}"
    if went:
        yield f"附件不再有原来的{'、'.join(went)}"
    if not came and not went:
        yield "附件的顺序改了"


def _short(text: str | None) -> str:
    text = " ".join((text or "（无）").split())
    return text if len(text) <= 40 else f"{text[:39]}…"


def _length(detail: Detail) -> int:
    return sum(len(paragraph) for paragraph in detail.paragraphs)


def _of_cells(before: PersonYear, after: PersonYear) -> Iterator[Change]:
    now = {cell.have: cell for cell in after.cells}
    for cell in before.cells:
        there = now.get(cell.have)
        if there is None:
            continue
        if there.state is not cell.state:
            yield Change("五格", f"{cell.have.label}由“{cell.state.label}”变为“{there.state.label}”")
        if there.has_private != cell.has_private:
            yield Change("五格", f"{cell.have.label}：{'现在有不公开的记录' if there.has_private else '不公开的记录没有了'}")


def _lines(year: PersonYear) -> dict[tuple, Line]:
    """By what stays when a row of rules is replaced: its series, its period; where two rows of one series share a period, by their day, too."""
    every = [*(line for cell in year.cells for line in cell.lines), *year.others]
    found: dict[tuple, Line] = {}
    for line in every:
        key = (line.series, line.period.first, line.period.last)
        while key in found:
            key = (*key, "再")
        found[key] = line
    return found


def _of_lines(before: PersonYear, after: PersonYear) -> Iterator[Change]:
    then, now = _lines(before), _lines(after)
    for key, line in now.items():
        if key not in then:
            yield Change("要求", f"新增{_line_named(line)}，应有 {line.owed} 次（篇），依据：{line.basis}")
    for key, line in then.items():
        if key not in now:
            yield Change("要求", f"{_line_named(line)}不再有了")
        elif said := list(_of_line(line, now[key])):
            yield Change("要求", f"{_line_named(line)}：{'；'.join(said)}")


def _line_named(line: Line) -> str:
    return f"“{line.name}”（{line.period.label}）"


def _of_line(before: Line, after: Line) -> Iterator[str]:
    if before.name != after.name:
        yield f"名称改为“{after.name}”"
    if before.owed != after.owed:
        yield f"应有由 {before.owed} 改为 {after.owed}"
    if before.due_on != after.due_on:
        yield f"期限由 {before.due_on:%Y-%m-%d} 改为 {after.due_on:%Y-%m-%d}"
    if (before.in_time, before.late) != (after.in_time, after.late):
        yield f"完成由 {before.in_time + before.late}（迟 {before.late}）变为 {after.in_time + after.late}（迟 {after.late}）"
    if before.basis != after.basis:
        yield f"依据改为{after.basis or '（无）'}"
    if before.use != after.use:
        yield f"用途由{before.use}改为{after.use}"
    if before.evidence != after.evidence or before.period.kind != after.period.kind:
        yield "取数的办法改了"
    if before.is_floor != after.is_floor:
        yield "改为必须完成" if after.is_floor else "改为不是必须完成"
    if before.excuse != after.excuse:
        yield f"不计的原因由“{before.excuse or '（无）'}”改为“{after.excuse or '（无）'}”"
    if before.state is not after.state:
        yield f"由“{before.state.label}”变为“{after.state.label}”"


def _of_plan(before: PlanText | None, after: PlanText | None) -> Iterator[Change]:
    if before is None or after is None:
        if before != after:
            yield Change("学习规划", "锁定时没有，现在有了" if before is None else "现在没有了")
        return
    for name, label in PLAN_PARTS.items():
        if getattr(before, name) != getattr(after, name):
            yield Change("学习规划", f"“{label}”改了")
    if before.state != after.state:
        yield Change("学习规划", f"由“{before.state}”变为“{after.state}”")
    if (before.decided_by, before.decided_on, before.decision_note) != (after.decided_by, after.decided_on, after.decision_note):
        yield Change("学习规划", "批复改了")


def _of_statement(before: StatementText | None, after: StatementText | None) -> Iterator[Change]:
    if before is None or after is None:
        if before != after:
            yield Change("述学报告", "锁定时没有提交，现在有了" if before is None else "收回了")
        return
    if before.text != after.text:
        yield Change("述学报告", f"正文改了（原 {len(before.text)} 字，现 {len(after.text)} 字）")
    if before.handed_in_on != after.handed_in_on:
        yield Change("述学报告", f"提交日期改为 {after.handed_in_on:%Y-%m-%d}")


def _of_review(before: ReviewFigure | None, after: ReviewFigure | None) -> Iterator[Change]:
    if before == after:
        return
    yield Change("评学", f"由{_figure(before)}变为{_figure(after)}")


def _figure(figure: ReviewFigure | None) -> str:
    if figure is None:
        return "没有结果"
    return f"{figure.raters} 人评，均分 {figure.mean or '（不足三人，不显示）'}，满分 {figure.total_points}"


def _of_person(frozen: FileContent, now: FileContent) -> Iterator[Change]:
    before, after = frozen.year, now.year
    if before.name != after.name:
        yield Change("人员", f"姓名由{before.name}改为{after.name}")
    if before.employee_number != after.employee_number:
        yield Change("人员", f"工号由{before.employee_number or '（无）'}改为{after.employee_number or '（无）'}")
    yield from _of_places(before, after)
    if (before.year, before.as_of) != (after.year, after.as_of):
        yield Change("人员", f"比较的日子不同：{before.as_of:%Y-%m-%d} 和 {after.as_of:%Y-%m-%d}")
    if frozen.confirmation != now.confirmation:
        yield Change("确认", "确认人、日期或意见改了" if frozen.confirmation and now.confirmation else "确认没有了或是后来才有的")


def _of_places(before: PersonYear, after: PersonYear) -> Iterator[Change]:
    """Another name of a department is said once, not of each posting there."""
    then, now = places_in_year(before), places_in_year(after)
    names = {place.department_id: place.department for place in now}
    for key, name in {place.department_id: place.department for place in then}.items():
        if names.get(key, name) != name:
            yield Change("任职", f"{name}现在名为{names[key]}")
    then = [replace(place, department=names.get(place.department_id, place.department)) for place in then]
    for place in now:
        if place not in then:
            yield Change("任职", f"现在有：{_place_named(place)}")
    for place in then:
        if place not in now:
            yield Change("任职", f"锁定时有、现在没有：{_place_named(place)}")


def places_in_year(found: PersonYear) -> list[Place]:
    """As far as the year knows of them: that a posting came to its end later is no change of it."""
    last = datetime.date(found.year, 12, 31)
    return [replace(place, ended_on=None) if place.ended_on and place.ended_on > last else place for place in found.places]


def _place_named(place: Place) -> str:
    until = f"至 {place.ended_on:%Y-%m-%d}" if place.ended_on else "至今"
    roles = "".join(filter(None, [place.title and f"，{place.title}", place.is_head and "，负责人", not place.is_primary and "，兼任"]))
    return f"{place.department}{roles}，{place.started_on:%Y-%m-%d} {until}"
