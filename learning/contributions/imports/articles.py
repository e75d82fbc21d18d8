"""稿件: the list of pieces that an office or a department kept before there was a site. What is known by title, day and first department is
there already; nothing that is under review here is changed by a table."""

import datetime
from dataclasses import dataclass, field

from cms.imports.kinds import Field, ImportKind, Plan, Row, Verdict
from cms.imports.models import ImportRow
from cms.imports.workbooks import as_text

from ...organisation.roster import CellError
from ...periods import local_day
from ..choices import REPORTED, ArticleState, Genre, Reason
from ..models import ArticleDepartment, MediaArticle
from ..rights import RUN
from .cells import GENRES, REASONS, Cells, code_of, day_of, names_of, parts_of, plain, text_of, title_of, yes_or_no
from .known import Author, KnownDepartments, KnownPeople, read_byline
from .writing import PARTS, SEALED, TABLES, counts_and_newest, follow_placements, plan_articles

State = ImportRow.State
CHUNK = 500
STATES = {plain(label): value for value, label in ArticleState.choices if value != ArticleState.SECTION} | {
    plain(word): code.value
    for code, words in {
        ArticleState.DRAFT: "草稿 起草 待写",
        ArticleState.OFFICE: "待审 报送 已报送 已提交 送审",
        ArticleState.SENT: "已投 已投出 已投稿 投稿",
        ArticleState.ADOPTED: "已采用 已刊发 刊发 已发表 发表 是",
        ArticleState.UNUSED: "未采用 未刊发 没用 否",
        ArticleState.RETURNED: "已退回 退稿",
    }.items()
    for word in words.split()
}
WORDS = "拟稿、宣传科审、投出、采用、未用、退回"
WITH_REASON = (ArticleState.UNUSED, ArticleState.RETURNED)
ACCEPTED = (ArticleState.SENT, ArticleState.ADOPTED)


@dataclass(slots=True)
class _Piece:
    """What the cells of a row say."""

    row: Row
    errors: list[str]
    is_sum: bool = False
    title: str = ""
    genre: str = Genre.NEWS.value
    places: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    written_on: datetime.date | None = None
    submitted_on: datetime.date | None = None
    state: str = ""
    reason: str = ""
    topic: str = ""
    is_reprint: bool = False
    note: str = ""
    notes: list[str] = field(default_factory=list)
    departments: tuple[int, ...] = ()
    authors: tuple[Author, ...] = ()


class ArticleKind(ImportKind):
    key = "articles"
    label = "稿件"
    description = "以前的投稿登记。标题、成稿日期、第一供稿科室都相同的不重复导入；已在系统里的稿件不改动。采用另用“采用”导入。"
    permissions = (RUN,)
    parts, sealed, follows = PARTS, SEALED, True
    fields = (
        Field("title", "标题", ("稿件标题", "题目", "稿件名称", "篇名"), required=True, example="样城开展读书活动"),
        Field("departments", "供稿科室", ("科室", "供稿单位", "报送单位", "报送科室", "单位", "投稿科室", "部门"), required=True, example="宣传科、某某中学", help="几个之间用顿号隔开，按署名顺序。"),
        Field("written_on", "成稿日期", ("日期", "写稿日期", "撰稿日期", "完成日期"), required=True, example="2026-03-01"),
        Field("state", "状态", ("稿件状态", "使用情况", "采用情况", "办理情况", "是否采用"), required=True, example="投出", help=f"填{WORDS}之一。"),
        Field("genre", "体裁", ("稿件类型", "类型", "文体", "种类"), example="消息", help=f"填{'、'.join(Genre.labels)}之一；空着算消息。"),
        Field("authors", "作者", ("撰稿人", "供稿人", "作者姓名", "通讯员", "撰稿"), example="张三、李四", help="几位之间用顿号隔开，按署名顺序。"),
        Field("submitted_on", "报送日期", ("投稿日期", "提交日期", "报送时间", "投稿时间"), example="2026-03-02", help="空着算成稿当天。"),
        Field("reason", "未用原因", ("原因", "退回原因", "未采用原因"), example="", help=f"未用、退回的填{'、'.join(Reason.labels)}之一。"),
        Field("topic", "主题", ("专题", "选题", "关键词")),
        Field("is_reprint", "转载", ("是否转载", "原创或转载"), example="否"),
        Field("note", "备注", ("说明",)),
    )  # fmt: skip

    def check(self, rows, batch):
        today, memory = local_day(batch.created_at) if batch.created_at else None, {}
        pieces = [_understand(row, today, memory) for row in rows]
        departments = KnownDepartments()
        people = KnownPeople({name for one in pieces for name in one.names}, departments)
        for one in pieces:
            if not one.is_sum:
                _find_people(one, departments, people)
        known, first, verdicts = _known(pieces), {}, []
        for one in pieces:
            verdicts.append(_judge(one, known, first))
        return verdicts

    def proof(self):
        return (*counts_and_newest(*TABLES), KnownDepartments().rows)

    def plan(self, rows, *, by, now):
        plan = Plan()
        plan_articles(plan, [(row.number, row.cleaned) for row in rows], by=by, now=now)
        return plan

    def follow(self, written, now):
        follow_placements(written, now)


def _understand(row: Row, today: datetime.date | None, memory: dict) -> _Piece:
    cells = Cells(row, memory)
    one = _Piece(row, cells.errors)
    if cells.is_sum("title", "departments", "written_on", "state"):
        one.is_sum = True
        return one
    one.title = cells.get("title", title_of, "")
    one.genre = cells.get("genre", lambda raw: code_of(raw, GENRES, column="体裁", choices=Genre), one.genre)
    one.places = cells.get("departments", parts_of, ())
    one.names = cells.get("authors", names_of, ())
    one.written_on = cells.get("written_on", lambda raw: day_of(raw, column="成稿日期", today=today))
    one.submitted_on = cells.get("submitted_on", lambda raw: day_of(raw, column="报送日期", today=today))
    one.state = cells.get("state", _state, "")
    one.reason = cells.get("reason", lambda raw: code_of(raw, REASONS, column="未用原因", choices=Reason), "")
    one.topic = cells.get("topic", lambda raw: text_of(raw, column="主题", most=60), "")
    one.is_reprint = cells.get("is_reprint", lambda raw: yes_or_no(raw, column="转载"), False)
    one.note = cells.get("note", lambda raw: text_of(raw, column="备注", most=300), "")
    for value, column in ((one.title, "标题"), (one.places, "供稿科室"), (one.written_on, "成稿日期"), (one.state, "状态")):
        if not value and not any(error.startswith(column) for error in one.errors):
            one.errors.append(f"{column}是空的。请补上。")
    if one.written_on and one.submitted_on and one.submitted_on < one.written_on:
        one.errors.append(f"报送日期 {one.submitted_on:%Y-%m-%d} 早于成稿日期 {one.written_on:%Y-%m-%d}。请核对这两列。")
    return one


def _state(raw) -> str:
    text = plain(as_text(raw))
    if text == ArticleState.SECTION.label:
        raise CellError("状态“科室审”不能导入：还在科室审的稿件，请作者在前台提交。已报宣传科的填“宣传科审”。")
    if text not in STATES:
        raise CellError(f"状态“{as_text(raw)[:20]}”认不出。请填{WORDS}之一。")
    return STATES[text]


def _find_people(one: _Piece, departments: KnownDepartments, people: KnownPeople) -> None:
    if one.written_on is None:
        return
    one.departments, one.authors, errors = read_byline(one.places, one.names, one.written_on, departments, people)
    one.errors += errors
    if strangers := [author.name for author in one.authors if author.staff is None]:
        one.notes.append(f"作者“{'、'.join(strangers)}”不在花名册，按姓名登记。")


def _known(pieces: list[_Piece]) -> set[tuple]:
    """(title, day, first department) of the articles that are there. Two statements for each 500 titles."""
    titles, found = sorted({one.title for one in pieces if one.title}), set()
    for begin in range(0, len(titles), CHUNK):
        chunk = titles[begin : begin + CHUNK]
        first: dict[int, int] = {}
        places = ArticleDepartment.objects.filter(article__title__in=chunk).order_by("-sort_order", "-pk")
        first |= dict(places.values_list("article_id", "department_id"))
        articles = MediaArticle.objects.filter(title__in=chunk).order_by().values_list("pk", "title", "written_on")
        found |= {(title, day, first.get(pk)) for pk, title, day in articles}
    return found


def _judge(one: _Piece, known: set[tuple], first: dict[tuple, int]) -> Verdict:
    if one.is_sum:
        return Verdict(State.SKIPPED.value, ["像是合计或落款，不导入。"])
    if one.errors:
        return Verdict(State.ERROR.value, [*one.errors, *one.notes])
    key = (one.title, one.written_on, one.departments[0])
    if key in known:
        return Verdict(State.SAME.value, ["系统中已有相同的稿件，不重复导入。"])
    if key in first:
        return Verdict(State.SAME.value, [f"与第 {first[key]} 行相同，不重复导入。"])
    first[key] = one.row.number
    if one.state in WITH_REASON and not one.reason:
        one.reason = Reason.OTHER.value
        one.notes.append(f"没有写原因，记作“{Reason.OTHER.label}”。")
    submitted_on = one.submitted_on or (one.written_on if one.state in REPORTED else None)
    cleaned = {
        "title": one.title,
        "genre": one.genre,
        "topic": one.topic,
        "written_on": one.written_on.isoformat(),
        "submitted_on": submitted_on.isoformat() if submitted_on else "",
        "is_reprint": one.is_reprint,
        "state": one.state,
        "reason": one.reason if one.state in WITH_REASON else "",
        "live": one.state in ACCEPTED,
        "departments": one.departments,
        "authors": [[author.name, author.staff, author.department] for author in one.authors],
        "note": one.note,
    }
    return Verdict(State.NEW.value, one.notes, cleaned=cleaned)
