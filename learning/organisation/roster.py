"""花名册: who is in which department, since when, and in which branch — as a kind of table import.

Two rules above all: people of the same name are never taken for one another without a person saying so, and an empty cell never
erases anything.
"""

import datetime
import difflib
import re
import unicodedata
from collections import Counter, defaultdict
from dataclasses import dataclass

from django.db.models import Prefetch

from cms.imports.kinds import SKIP, Field, ImportKind, Option, Row, Verdict, refusals_name
from cms.imports.models import ImportRow
from cms.imports.workbooks import as_text
from cms.imports.written import changed, created, snapshot

from .models import BranchMembership, Department, PartyBranch, Posting, StaffMember
from .names import tidy_name
from .services import (
    Newcomer,
    add_branch,
    add_department,
    add_staff_members,
    change_branch,
    correct_posting,
    join_branch,
    move_staff_member,
    open_posting,
    save_record,
    take_back,
)

State = ImportRow.State
NEW_PERSON = "new"
SAME_PERSON = "is:"
MAX_EXACT = 1e15
FIRST_YEAR, LAST_YEAR = 1950, 2100
EXCEL_DAY_ZERO = datetime.date(1899, 12, 30)
EXCEL_SERIALS = range(18_264, 73_416)  # 1950-01-01 … 2100-12-31
SUMS = {"合计", "小计", "总计", "共计", "制表", "制表人", "填表人", "审核人", "备注"}
YES, NO = {"是", "√", "✓", "✔", "y", "yes", "1", "true", "负责人", "正职"}, {"否", "×", "x", "n", "no", "0", "false", "无"}
ROLES = {
    "党员": BranchMembership.Role.MEMBER,
    "中共党员": BranchMembership.Role.MEMBER,
    "正式党员": BranchMembership.Role.MEMBER,
    "预备党员": BranchMembership.Role.MEMBER,
    "中共预备党员": BranchMembership.Role.MEMBER,
    "支部委员": BranchMembership.Role.COMMITTEE,
    "支委": BranchMembership.Role.COMMITTEE,
    "委员": BranchMembership.Role.COMMITTEE,
    "副书记": BranchMembership.Role.COMMITTEE,
    "支部副书记": BranchMembership.Role.COMMITTEE,
    "组织委员": BranchMembership.Role.COMMITTEE,
    "宣传委员": BranchMembership.Role.COMMITTEE,
    "纪检委员": BranchMembership.Role.COMMITTEE,
    "支部书记": BranchMembership.Role.SECRETARY,
    "书记": BranchMembership.Role.SECRETARY,
}
NOT_A_MEMBER = {"群众", "非党员", "团员", "共青团员", "无", "无党派", "民主党派", "否"}
UNIT_NAME = re.compile(r"(学校|小学|中学|高中|学院|大学|幼儿园|中心|院|馆|站|所|队|社)$")
CHINESE_DATE = re.compile(r"(\d{4})\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*[日号]?")
SEPARATED_DATE = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[ T]\d{1,2}:\d{2}(?::\d{2})?)?")
PACKED_DATE = re.compile(r"(\d{4})(\d{2})(\d{2})")
IDENTITY_NUMBER = re.compile(r"\d{17}[\dXx]|\d{15}")
PERSON_NAME = re.compile(r"[^\W\d_](?:[^\W\d_]|[·.\- ])*")


class CellError(Exception):
    """A cell cannot be understood; the message is Chinese, names the column and the remedy."""


def parse_date(cell, *, column="任职日期") -> datetime.date:
    """Excel dates and serials, 2026-01-05, 2026/1/5, 2026.1.5, 2026年1月5日, 20260105, full-width digits. Raises CellError."""
    text = clean_text(cell, column=column)
    if re.fullmatch(r"\d{5}", text) and int(text) in EXCEL_SERIALS:
        return EXCEL_DAY_ZERO + datetime.timedelta(days=int(text))
    for form in (CHINESE_DATE, SEPARATED_DATE, PACKED_DATE):
        if match := form.fullmatch(text):
            try:
                day = datetime.date(*map(int, match.groups()))
            except ValueError as error:
                raise CellError(f"{column}“{text}”不是有效的日期。请核对年月日。") from error
            if not FIRST_YEAR <= day.year <= LAST_YEAR:
                raise CellError(f"{column}“{text}”的年份不在 {FIRST_YEAR}—{LAST_YEAR} 之间。请核对。")
            return day
    raise CellError(f"{column}“{text}”认不出年月日。请写成 2026-01-05 这样。")


def clean_text(cell, *, column, most=None) -> str:
    """A cell as text with half-width digits and letters. Raises CellError on numbers that have lost digits and on overlong text."""
    if isinstance(cell, (int, float)) and not isinstance(cell, bool) and abs(cell) >= MAX_EXACT:
        raise CellError(f"{column}是超过 15 位的数字，末尾几位已被表格软件丢失。请把该列设为文本格式后重新填写再上传。")
    text = unicodedata.normalize("NFKC", as_text(cell)).strip()
    if most and len(text) > most:
        raise CellError(f"{column}超过 {most} 个字。请缩短。")
    return text


@dataclass(slots=True)
class _Understood:
    """The cells of one row; `errors` where some are not."""

    row: Row
    errors: list[str]
    name: str = ""
    number: str = ""
    department: str = ""
    above: str = ""
    title: str = ""
    is_head: bool | None = None
    branch: str = ""
    role: str = ""
    started_on: datetime.date | None = None


class RosterKind(ImportKind):
    key = "roster"
    label = "人员花名册"
    description = "人员、科室（单位）、职务与党支部。同名的人逐个确认，不会自动合并；空白格不改动已有内容。"
    permissions = ("learning.add_staffmember", "learning.change_staffmember")
    fields = (
        Field("name", "姓名", ("人员姓名", "职工姓名", "名字"), required=True, example="张三", help="同名的人核对时逐个确认。"),
        Field(
            "number", "工号", ("职工号", "人员编号", "员工编号", "编号", "工作证号"), example="0012", help="单位内部编号；不填身份证号。"
        ),
        Field(
            "department",
            "科室/单位",
            ("科室", "单位", "部门", "科室单位", "所在科室", "所在部门", "工作单位", "科室名称", "单位名称", "部门名称", "处室", "股室"),
            required=True,
            example="基础教育科",
            help="与系统中的名称或简称一致。",
        ),
        Field(
            "above", "上级单位", ("上级", "上级部门", "上级科室", "主管单位"), example="", help="有同名科室时用来区分；新建科室时作为上级。"
        ),
        Field("title", "职务", ("职位", "岗位", "职务职级", "现任职务", "行政职务"), example="科员"),
        Field("is_head", "是否负责人", ("负责人", "科室负责人", "是否科室负责人"), example="否", help="填“是”或“否”。"),
        Field("branch", "党支部", ("所在党支部", "支部", "所属支部", "所属党支部", "支部名称"), example="机关第一党支部"),
        Field(
            "role",
            "党员身份",
            ("政治面貌", "党内职务", "支部职务"),
            example="党员",
            help="党员、支部委员、支部书记；非党员填“群众”或留空。",
        ),
        Field(
            "started_on",
            "任职日期",
            ("任现职日期", "任职时间", "任现职时间", "起始日期", "到岗日期", "到岗时间", "任职起始日期"),
            required=True,
            example="2026-01-05",
            help="在这个科室任这个职务的第一天。",
        ),
    )
    options = (
        Option("create_departments", "系统中没有的科室（单位）自动新建", "不勾选时，没有的科室按错误处理，以免把错别字建成新科室。"),
        Option("create_branches", "系统中没有的党支部自动新建"),
    )

    def check(self, rows, batch):
        understood = [_understand(row) for row in rows]
        register = _Register(understood, batch.options)
        verdicts = [register.judge(person) for person in understood]
        register.refuse_one_person_twice(understood, verdicts)
        return verdicts

    def commit(self, row, by):
        return self.commit_all([row], by)[row.number]

    def commit_all(self, rows, by):
        """Departments and branches first, then all new people at once, then the changes one by one."""
        places = _Places(by)
        written = {row.number: places.of(row.cleaned) for row in rows}
        new = [row for row in rows if row.cleaned["staff"] is None]
        newcomers = [_newcomer(row.cleaned, places) for row in new]
        for row, records in zip(new, add_staff_members(newcomers=newcomers, by=by) if new else (), strict=True):
            written[row.number] += [created(record, fresh=True) for record in records if record is not None]
        for row in rows:
            if row.cleaned["staff"] is not None:
                with refusals_name(row):
                    written[row.number] += _Change(row.cleaned, places, by).write()
        return written


def _understand(row: Row) -> _Understood:
    person = _Understood(row, [])

    def cell(name, read):
        raw = row.values.get(name, "")
        if raw in ("", None):
            return None
        try:
            return read(raw)
        except CellError as error:
            person.errors.append(str(error))
            return None

    person.name = cell("name", _read_name) or ""
    person.number = cell("number", _read_number) or ""
    person.department = cell("department", lambda raw: clean_text(raw, column="科室/单位", most=60)) or ""
    person.above = cell("above", lambda raw: clean_text(raw, column="上级单位", most=60)) or ""
    person.title = cell("title", lambda raw: clean_text(raw, column="职务", most=60)) or ""
    person.is_head = cell("is_head", _read_yes_no)
    person.branch = cell("branch", lambda raw: clean_text(raw, column="党支部", most=60)) or ""
    person.role = cell("role", _read_role) or ""
    person.started_on = cell("started_on", parse_date)
    for name, label in (("name", "姓名"), ("department", "科室/单位"), ("started_on", "任职日期")):
        if row.values.get(name, "") in ("", None):
            person.errors.append(f"{label}是空的。请补上。")
    return person


def _read_name(raw):
    name = tidy_name(clean_text(raw, column="姓名"))
    if len(name) > 50:
        raise CellError("姓名超过 50 个字。请核对是否对应错了列。")
    if not PERSON_NAME.fullmatch(name):
        raise CellError(f"姓名“{name}”含有数字或符号。请核对。")
    return name


def _read_number(raw):
    number = clean_text(raw, column="工号").replace(" ", "")
    if IDENTITY_NUMBER.fullmatch(number):
        raise CellError("工号像是身份证号。系统不存身份证号，请改填单位内部编号，或留空。")
    if len(number) > 20:
        raise CellError("工号超过 20 位。请核对。")
    return number


def _read_yes_no(raw):
    text = clean_text(raw, column="是否负责人").lower()
    if text in YES:
        return True
    if text in NO:
        return False
    raise CellError(f"是否负责人“{text}”认不出。请填“是”或“否”。")


def _read_role(raw):
    text = clean_text(raw, column="党员身份")
    if text in NOT_A_MEMBER:
        return "none"
    if text in ROLES:
        return ROLES[text].value
    raise CellError(f"党员身份“{text}”认不出。请填党员、支部委员、支部书记，非党员填“群众”或留空。")


class _Register:
    """What the database knows, fetched once for the whole table, and the judgement of each row against it."""

    def __init__(self, people: list[_Understood], options):
        self.options = options
        self.names = Counter(person.name for person in people if person.name)
        self.numbers = Counter(person.number for person in people if person.number)
        self.departments = list(Department.objects.select_related("parent"))
        self.branches = {branch.name: branch for branch in PartyBranch.objects.all()}
        self.by_name, self.by_number, self.by_pk = defaultdict(list), {}, {}
        staff = StaffMember.objects.prefetch_related(
            Prefetch("postings", Posting.objects.filter(is_primary=True).select_related("department"), to_attr="primary_postings"),
            Prefetch("branch_memberships", BranchMembership.objects.select_related("branch"), to_attr="memberships"),
        )
        for member in staff.order_by("id"):
            self.by_name[member.name].append(member)
            self.by_pk[member.pk] = member
            if member.employee_number:
                self.by_number[member.employee_number] = member

    def judge(self, person: _Understood) -> Verdict:
        if person.name in SUMS or str(person.row.values.get("name", "")).rstrip("：:") in SUMS:
            return Verdict(State.SKIPPED.value, ["像是合计或落款，不导入。"])
        errors = list(person.errors)
        department = self._department(person, errors)
        branch = self._branch(person, errors)
        if person.number and self.numbers[person.number] > 1:
            errors.append(f"工号 {person.number} 在表中出现了 {self.numbers[person.number]} 次。请核对。")
        known = self.by_number.get(person.number) if person.number else None
        if known and person.name and known.name != person.name:
            errors.append(f"工号 {person.number} 在系统中是{_who(known)}，与表中姓名“{person.name}”不同。请核对工号或姓名。")
        if errors:
            return Verdict(State.ERROR.value, errors)
        if known:
            return self._compare(person, known, department, branch, [])
        return self._ask(person, department, branch)

    def _ask(self, person, department, branch) -> Verdict:
        namesakes = self.by_name.get(person.name, [])
        if not namesakes and self.names[person.name] == 1:
            return self._new(person, department, branch, [])
        choices = [(f"{SAME_PERSON}{member.pk}", f"就是 {_who(member)}") for member in namesakes]
        choices += [(NEW_PERSON, "新建同名人员"), (SKIP, "不导入")]
        if person.row.decision == NEW_PERSON:
            return self._new(person, department, branch, choices)
        chosen = next((member for member in namesakes if person.row.decision == f"{SAME_PERSON}{member.pk}"), None)
        if chosen:
            return self._compare(person, chosen, department, branch, choices)
        messages = []
        if namesakes:
            messages.append(f"系统中已有同名的{'、'.join(_who(member) for member in namesakes)}，请选择是不是同一个人。")
        if self.names[person.name] > 1:
            messages.append(f"“{person.name}”在表中出现了 {self.names[person.name]} 次，请逐行选择。")
        return Verdict(State.ASK.value, messages, choices)

    def _new(self, person, department, branch, choices) -> Verdict:
        messages = [
            f"将新建{label}“{found['name']}”。" for label, found in (("科室", department), ("党支部", branch)) if found and not found["id"]
        ]
        cleaned = self._cleaned(person, None, department, branch)
        cleaned |= {"posting": "open", "membership": "join" if branch else ""}
        return Verdict(State.NEW.value, messages, choices, cleaned)

    def _compare(self, person, member, department, branch, choices) -> Verdict:
        cleaned = self._cleaned(person, member, department, branch)
        errors, messages, changes = [], [], []
        if person.number and person.number != member.employee_number:
            changes.append(("工号", member.employee_number, person.number))
        if member.left_on:
            if person.started_on <= member.left_on:
                errors.append(f"{member}已于 {member.left_on:%Y-%m-%d} 离开，任职日期须晚于这一天。请核对。")
            changes.append(("离开单位日期", f"{member.left_on:%Y-%m-%d}", ""))
        cleaned["posting"] = self._compare_posting(person, member, department, errors, messages, changes)
        cleaned["membership"] = self._compare_membership(person, member, branch, errors, changes)
        if errors:
            return Verdict(State.ERROR.value, errors, choices)
        messages += [
            f"将新建{label}“{found['name']}”。" for label, found in (("科室", department), ("党支部", branch)) if found and not found["id"]
        ]
        return Verdict((State.CHANGE if changes else State.SAME).value, messages, choices, cleaned, changes)

    def _compare_posting(self, person, member, department, errors, messages, changes) -> str:
        """ "open", "move", "correct" or "" for the primary posting."""
        current = next((posting for posting in member.primary_postings if posting.ended_on is None), None)
        after = self._posting_after(person, current, department)
        if current is None:
            overlapping = next((posting for posting in member.primary_postings if posting.ended_on >= person.started_on), None)
            if overlapping:
                errors.append(f"任职日期与{overlapping.department}的任职（至 {overlapping.ended_on:%Y-%m-%d}）重叠。请核对日期。")
            changes.append(("任职", "", _in_words(after, person.started_on)))
            return "open"
        before = (current.department.name, current.title, current.is_head)
        if current.department_id == department["id"] and before[1:] == after[1:]:
            if current.started_on != person.started_on:
                messages.append(f"任职日期与系统不同（系统中是 {current.started_on:%Y-%m-%d}），未改动；如需更正请到“任职”中修改。")
            return ""
        changes.append(("任职", _in_words(before, current.started_on), _in_words(after, person.started_on)))
        if person.started_on == current.started_on and current.department_id == department["id"]:
            return "correct"
        if person.started_on <= current.started_on:
            errors.append(
                f"任职有变动，但任职日期不晚于现任职的起始日期 {current.started_on:%Y-%m-%d}（{current.department}），无法接续。"
                "请填变动当天的日期，或到“任职”中更正。"
            )
        return "move"

    @staticmethod
    def _posting_after(person, current, department):
        """(department, title, head): an empty cell keeps what is there as long as the department stays."""
        stays = current is not None and current.department_id == department["id"]
        title = person.title or (current.title if stays else "")
        is_head = person.is_head if person.is_head is not None else (current.is_head if stays else False)
        return department["name"], title, is_head

    def _compare_membership(self, person, member, branch, errors, changes) -> str:
        """ "join", "change" or ""."""
        if not branch:
            return ""
        current = next((membership for membership in member.memberships if membership.ended_on is None), None)
        roles = dict(BranchMembership.Role.choices)
        role = person.role or (current.role if current and current.branch_id == branch["id"] else BranchMembership.Role.MEMBER.value)
        if current is None:
            overlapping = next((membership for membership in member.memberships if membership.ended_on >= person.started_on), None)
            if overlapping:
                errors.append(f"任职日期早于{overlapping.branch}组织关系的结束日期 {overlapping.ended_on:%Y-%m-%d}。请到“组织关系”中登记。")
            changes.append(("党支部", "", f"{branch['name']}（{roles[role]}）"))
            return "join"
        if current.branch_id == branch["id"] and current.role == role:
            return ""
        changes.append(("党支部", f"{current.branch}（{current.get_role_display()}）", f"{branch['name']}（{roles[role]}）"))
        if person.started_on <= current.started_on:
            errors.append(
                f"党支部有变动，但任职日期不晚于现组织关系的起始日期 {current.started_on:%Y-%m-%d}，无法接续。请到“组织关系”中办理转接。"
            )
        return "change"

    def _cleaned(self, person, member, department, branch) -> dict:
        current = next((posting for posting in member.primary_postings if posting.ended_on is None), None) if member else None
        _name, title, is_head = self._posting_after(person, current, department)
        kept = (
            next((m.role for m in member.memberships if m.ended_on is None and branch and m.branch_id == branch["id"]), "")
            if member
            else ""
        )
        return {
            "staff": member.pk if member else None,
            "name": person.name,
            "number": person.number,
            "department": department,
            "title": title,
            "is_head": is_head,
            "branch": branch,
            "role": (person.role or kept or BranchMembership.Role.MEMBER.value) if branch else "",
            "started_on": person.started_on.isoformat(),
        }

    def _department(self, person, errors) -> dict | None:
        """{"id", "name", "above"}; id None where it is to be made."""
        if not person.department:
            return None
        named = [one for one in self.departments if person.department in (one.name, one.short_name)]
        if person.above:
            named = [one for one in named if one.parent and person.above in (one.parent.name, one.parent.short_name)]
        if len(named) > 1:
            above = "、".join(one.parent.name if one.parent else "（无上级）" for one in named)
            errors.append(f"有 {len(named)} 个科室叫“{person.department}”（上级：{above}）。请用“上级单位”一列写明是哪一个。")
            return None
        if named:
            found = named[0]
            if found.closed_on and person.started_on and found.closed_on <= person.started_on:
                errors.append(f"{found}已于 {found.closed_on:%Y-%m-%d} 撤销。请改填现在的科室。")
            return {"id": found.pk, "name": found.name, "above": ""}
        under = f"{person.above}下" if person.above else "系统中"
        if not self.options.get("create_departments"):
            near = difflib.get_close_matches(person.department, [one.name for one in self.departments], n=1, cutoff=0.5)
            hint = f"是不是“{near[0]}”？请改正" if near else "请改正"
            errors.append(f"{under}没有科室或单位“{person.department}”。{hint}，或先建立它，或在“对应”一步勾选自动新建。")
            return None
        if person.above:
            return self._department_below(person, errors)
        return {"id": None, "name": person.department, "above": None}

    def _department_below(self, person, errors) -> dict | None:
        parents = [one for one in self.departments if person.above in (one.name, one.short_name)]
        if len(parents) != 1:
            count = "没有" if not parents else f"有 {len(parents)} 个"
            errors.append(f"系统中{count}上级单位“{person.above}”，不能在它下面新建科室。请先在“科室与单位”中建好上级。")
            return None
        return {"id": None, "name": person.department, "above": parents[0].pk}

    def _branch(self, person, errors) -> dict | None:
        if person.role == "none":
            if person.branch:
                errors.append(f"填了党支部“{person.branch}”，党员身份却不是党员。请核对。")
            return None
        if not person.branch:
            if person.role:
                errors.append("填了党员身份，却没有填党支部。请补上党支部，或把党员身份留空。")
            return None
        found = self.branches.get(person.branch)
        if found:
            if found.closed_on and person.started_on and found.closed_on <= person.started_on:
                errors.append(f"{found}已于 {found.closed_on:%Y-%m-%d} 撤销。请改填现在的党支部。")
            return {"id": found.pk, "name": found.name}
        if not self.options.get("create_branches"):
            near = difflib.get_close_matches(person.branch, list(self.branches), n=1, cutoff=0.5)
            hint = f"是不是“{near[0]}”？请改正" if near else "请改正"
            errors.append(f"系统中没有党支部“{person.branch}”。{hint}，或先建立它，或在“对应”一步勾选自动新建。")
            return None
        return {"id": None, "name": person.branch}

    @staticmethod
    def refuse_one_person_twice(people, verdicts):
        rows = defaultdict(list)
        for person, verdict in zip(people, verdicts, strict=True):
            if member := verdict.cleaned.get("staff"):
                rows[member].append((person.row.number, verdict))
        for same in rows.values():
            if len(same) > 1:
                numbers = "、".join(str(number) for number, _verdict in same)
                for _number, verdict in same:
                    verdict.state, verdict.cleaned, verdict.changes = State.ERROR.value, {}, []
                    verdict.messages = [f"第 {numbers} 行都认作同一个人。请只留一行，其余选“不导入”或另选。"]


class _Places:
    """The departments and branches that rows name; what is missing is made once."""

    def __init__(self, by):
        self.by = by
        self.departments = {department.pk: department for department in Department.objects.all()}
        self.branches = {branch.pk: branch for branch in PartyBranch.objects.all()}

    def of(self, cleaned) -> list[dict]:
        """What had to be made for this row; afterwards `department` and `branch` know it."""
        made = []
        if self.department(cleaned) is None:
            wanted = cleaned["department"]
            kind = Department.Kind.UNIT if UNIT_NAME.search(wanted["name"]) else Department.Kind.SECTION
            above = self.departments.get(wanted["above"])
            department = add_department(name=wanted["name"], parent=above, kind=kind, by=self.by)
            self.departments[department.pk] = department
            made.append(created(department))
        if cleaned["branch"] and self.branch(cleaned) is None:
            branch = add_branch(name=cleaned["branch"]["name"], by=self.by)
            self.branches[branch.pk] = branch
            made.append(created(branch))
        return made

    def department(self, cleaned):
        wanted = cleaned["department"]
        if wanted["id"]:
            return self.departments[wanted["id"]]
        key = (wanted["name"], wanted["above"])
        return next((one for one in self.departments.values() if (one.name, one.parent_id) == key), None)

    def branch(self, cleaned):
        wanted = cleaned["branch"]
        if not wanted:
            return None
        if wanted["id"]:
            return self.branches[wanted["id"]]
        return next((one for one in self.branches.values() if one.name == wanted["name"]), None)


def _newcomer(cleaned, places) -> Newcomer:
    return Newcomer(
        name=cleaned["name"],
        employee_number=cleaned["number"],
        department=places.department(cleaned),
        title=cleaned["title"],
        is_head=cleaned["is_head"],
        started_on=datetime.date.fromisoformat(cleaned["started_on"]),
        branch=places.branch(cleaned),
        role=cleaned["role"],
    )


class _Change:
    """Writes one row about somebody known through the services and keeps account of every record touched."""

    def __init__(self, cleaned, places, by):
        self.cleaned, self.by = cleaned, by
        self.department, self.branch = places.department(cleaned), places.branch(cleaned)
        self.started_on = datetime.date.fromisoformat(cleaned["started_on"])
        self.written: list[dict] = []

    def write(self) -> list[dict]:
        staff = self._staff()
        self._posting(staff)
        self._membership(staff)
        return self.written

    def _staff(self):
        staff = StaffMember.objects.get(pk=self.cleaned["staff"])
        before = snapshot(staff)
        if self.cleaned["number"] and staff.employee_number != self.cleaned["number"]:
            staff.employee_number = self.cleaned["number"]
            save_record(record=staff, by=self.by)
        if staff.left_on:
            staff = take_back(staff=staff, by=self.by)
        if snapshot(staff) != before:
            self.written.append(changed(staff, before))
        return staff

    def _posting(self, staff):
        posting = {"department": self.department, "title": self.cleaned["title"], "is_head": self.cleaned["is_head"], "by": self.by}
        current = Posting.objects.primary().filter(staff=staff, ended_on__isnull=True).first()
        match self.cleaned["posting"]:
            case "open":
                self.written.append(created(open_posting(staff=staff, started_on=self.started_on, **posting)))
            case "move":
                self._replacing(current, lambda: move_staff_member(staff=staff, on=self.started_on, **posting))
            case "correct":
                before = snapshot(current)
                correct_posting(posting=current, title=posting["title"], is_head=posting["is_head"], by=self.by)
                self.written.append(changed(current, before))

    def _membership(self, staff):
        membership = {"staff": staff, "branch": self.branch, "role": self.cleaned["role"], "on": self.started_on, "by": self.by}
        match self.cleaned["membership"]:
            case "join":
                self.written.append(created(join_branch(**membership)))
            case "change":
                current = BranchMembership.objects.filter(staff=staff, ended_on__isnull=True).first()
                self._replacing(current, lambda: change_branch(**membership))

    def _replacing(self, current, act):
        """`act` ends `current` and opens another."""
        before = snapshot(current)
        new = act()
        self.written += [changed(current, before), created(new)]


def _who(member) -> str:
    """张三（基础教育科，工号 0012，备注）: enough to tell people of one name apart."""
    current = next((posting for posting in member.primary_postings if posting.ended_on is None), None)
    marks = [
        current.department.name if current else "无现任科室",
        f"工号 {member.employee_number}" if member.employee_number else "无工号",
        f"{member.left_on:%Y-%m-%d} 已离开" if member.left_on else "",
        member.note,
    ]
    return f"{member.name}（{'，'.join(filter(None, marks))}）"


def _in_words(posting, day) -> str:
    department, title, is_head = posting
    return f"{department}{' ' + title if title else ''}{'（负责人）' if is_head else ''}，自 {day:%Y-%m-%d}"
