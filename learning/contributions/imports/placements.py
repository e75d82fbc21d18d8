"""采用: the sheet that an office keeps, one row a clipping. What each row is taken for; `placement_plan.py` says how it is written."""

from urllib.parse import urlsplit

from cms.imports.kinds import Field, ImportKind, Option, Verdict
from cms.imports.models import ImportRow

from ...organisation.roster import CellError
from ...periods import local_day
from ..choices import ArticleState, Medium, Position, WeightClass
from ..models import Placement
from ..rights import RUN
from ..services.scoring import strike
from .cells import check_length, plain
from .clippings import Clipping, understand
from .known import Grade, KnownDepartments, KnownOutlet, KnownOutlets, KnownPeople, level_label, read_byline
from .placement_plan import Facts, plan_placements
from .stories import Stories, Story
from .writing import PARTS, PLACEMENT, SEALED, TABLES, counts_and_newest, follow_placements, rescore_left

State = ImportRow.State
NEW_STORY, THIS_STORY, THIS_OUTLET = "new", "story:", "outlet:"
CHUNK = 500


class PlacementKind(ImportKind):
    key = "placements"
    label = "采用"
    description = "宣传科的采用登记表，一行一次采用。同一媒体、同一天、同一标题的不重复导入；稿件按标题和科室认，没有的自动建立。"
    permissions = (RUN,)
    parts, sealed, follows = PARTS, SEALED, True
    fields = (
        Field("title", "标题", ("刊发标题", "稿件标题", "题目", "新闻标题", "稿件名称", "篇名"), required=True, example="样城开展读书活动"),
        Field("outlet", "媒体", ("刊发媒体", "媒体名称", "采用媒体", "刊播媒体", "发表媒体", "报刊名称", "平台"), required=True, example="样城日报"),
        Field("published_on", "刊发日期", ("日期", "采用日期", "发表日期", "发布日期", "刊播日期", "见报日期", "时间", "刊发时间", "采用时间"), required=True, example="2026-03-05"),
        Field("page", "版面", ("版面或栏目", "栏目", "版次", "频道", "版面栏目"), example="第 2 版"),
        Field("position", "位置", ("版面位置", "刊发位置"), example="头版", help=f"填{'、'.join(Position.labels)}之一；空着算一般位置。"),
        Field("length", "篇幅", ("字数", "时长", "长度"), example="1200字", help="文字填字数；广播、电视填秒数或“1分30秒”。"),
        Field("has_picture", "有图", ("图片", "是否有图", "配图", "是否配图"), example="是"),
        Field("is_reprint", "转载", ("是否转载", "首发或转载", "原创或转载", "网络转载"), example="否"),
        Field("url", "网址", ("链接", "链接地址", "网页链接", "原文链接", "URL"), example="https://example.org/1"),
        Field("departments", "供稿科室", ("科室", "供稿单位", "报送单位", "报送科室", "单位", "投稿科室", "来稿单位", "部门"), example="宣传科、某某中学", help="几个之间用顿号隔开，按署名顺序。"),
        Field("authors", "作者", ("撰稿人", "供稿人", "作者姓名", "通讯员", "撰稿"), example="张三、李四", help="几位之间用顿号隔开，按署名顺序。"),
        Field("written_on", "成稿日期", ("写稿日期", "撰稿日期", "报送日期"), example="2026-03-01", help="空着算刊发当天。"),
        Field("note", "备注", ("说明",)),
        Field("level", "级别", ("媒体级别", "层级"), example="市级", help="只在新建媒体时用；已有的媒体按媒体库。"),
        Field("medium", "媒体类别", ("类别", "媒体类型"), example="报纸", help="只在新建媒体时用。"),
    )  # fmt: skip
    options = (
        Option(
            "create_outlets",
            "系统中没有的媒体，按表中的级别、媒体类别新建",
            "不勾选时，没有的媒体按错误处理，以免把错别字建成新媒体。",
        ),
    )

    def check(self, rows, batch):
        today = local_day(batch.created_at) if batch.created_at else None
        memory: dict = {}
        return _Judgement([understand(row, today, memory) for row in rows], batch.options).verdicts()

    def proof(self):
        return (*counts_and_newest(*TABLES), KnownOutlets().rows, KnownDepartments().rows)

    def plan(self, rows, *, by, now):
        return plan_placements(rows, by=by, now=now)

    def follow(self, written, now):
        follow_placements(written, now)

    def undo(self, written, by):
        strike(placements=(record["pk"] for _number, record in written if record["model"] == PLACEMENT and record["before"] is None))
        super().undo(written, by)

    def after_undo(self, written, now):
        rescore_left((record["of"] for _number, record in written if record.get("of")), now)


class _Judgement:
    """Every row against the dictionary, the articles and placements there are, and the rows before it in the order of publication."""

    def __init__(self, clippings: list[Clipping], options):
        self.clippings, self.options = clippings, options
        self.outlets, self.departments = KnownOutlets(), KnownDepartments()
        self.people = KnownPeople({name for one in clippings for name in one.names}, self.departments)
        self.new_outlets: dict[str, KnownOutlet] = {}
        self.stories, self.bylines = Stories(), {}

    def verdicts(self) -> list[Verdict]:
        for one in self.clippings:
            if not one.is_sum:
                self._find_outlet(one)
                self._find_people(one)
        sound = [at for at, one in enumerate(self.clippings) if not one.errors and not one.is_sum]
        self.stories.read(self.clippings[at].title for at in sound)
        placed = _placed([self.clippings[at] for at in sound])
        verdicts: list[Verdict | None] = [None] * len(self.clippings)
        first: dict[tuple, int] = {}
        for at in sorted(sound, key=lambda at: (self.clippings[at].published_on, at)):
            one = self.clippings[at]
            key = (one.outlet.key or plain(one.outlet.name), one.published_on, one.title)
            if key in placed:
                verdicts[at] = Verdict(State.SAME.value, ["系统中已有相同的采用，不重复导入。"], one.choices)
            elif key in first:
                verdicts[at] = Verdict(State.SAME.value, [f"与第 {first[key]} 行相同，不重复导入。"], one.choices)
            else:
                verdicts[at] = self._judge(one)
                if verdicts[at].state == State.NEW:
                    first[key] = one.row.number
            self.clippings[at] = None  # of thousands either the clipping or its verdict is in memory
        return [verdict or _unsound(one) for verdict, one in zip(verdicts, self.clippings, strict=True)]

    def _find_outlet(self, one: Clipping) -> None:
        if not one.outlet_name and one.url:
            one.outlet = self.outlets.of_host(urlsplit(one.url).hostname or "")
            if one.outlet:
                one.notes.append(f"媒体是空的，按网址认作“{one.outlet.name}”。")
        if not one.outlet_name and not one.outlet:
            one.errors.append("媒体是空的。请补上。")
        if not one.outlet_name:
            return
        one.outlet = self.outlets.named(one.outlet_name)
        if one.outlet is None:
            near = self.outlets.near(one.outlet_name)
            one.choices = [(f"{THIS_OUTLET}{outlet.key}", f"就是“{outlet.name}”") for outlet in near]
            one.outlet = next((outlet for outlet in near if one.row.decision == f"{THIS_OUTLET}{outlet.key}"), None)
        if one.outlet is None and self.options.get("create_outlets"):
            one.outlet = self._new_outlet(one)
        elif one.outlet is None:
            hint = f"是不是“{'”或“'.join(outlet.name for outlet in near)}”？是就在右边选它或改正；" if near else ""
            one.errors.append(
                f"媒体：系统中没有“{one.outlet_name}”。{hint}是新媒体就先导入或新建它，或在“对应”一步勾选新建，并填“级别”和“媒体类别”两列。"
            )
        elif one.outlet.closed_on and one.published_on and one.outlet.closed_on < one.published_on:
            one.errors.append(f"媒体“{one.outlet.name}”已于 {one.outlet.closed_on:%Y-%m-%d} 停办。请核对媒体或刊发日期。")
        if one.outlet and not one.outlet.grades:
            one.errors.append(f"媒体“{one.outlet.name}”还没有级别。请先在“媒体”里填上级别和起始日期。")
        elif one.outlet and one.published_on:
            level = one.outlet.grade_on(one.published_on).level
            if one.level and one.level != level:
                one.notes.append(
                    f"表中的级别是{level_label(one.level)}，媒体库里“{one.outlet.name}”这一天是{level_label(level)}，按媒体库计。"
                )
            if one.length:
                try:
                    check_length(*one.length, one.outlet.medium)
                except CellError as error:
                    one.errors.append(str(error))

    def _new_outlet(self, one: Clipping) -> KnownOutlet | None:
        key = plain(one.outlet_name)
        if missing := [column for value, column in ((one.level, "级别"), (one.medium, "媒体类别")) if not value]:
            if key in self.new_outlets:
                return self.new_outlets[key]
            one.errors.append(f"媒体：新建“{one.outlet_name}”要填{'和'.join(missing)}。请在这一行补上。")
            return None
        made = self.new_outlets.get(key)
        if made is None and one.published_on:
            made = KnownOutlet(None, one.outlet_name, one.medium, None, [one.published_on], [Grade(one.level, WeightClass.NONE.value)])
            self.new_outlets[key] = made
        if made:
            one.notes.append(f"将新建媒体“{made.name}”（{level_label(made.grades[0].level)}，{Medium(made.medium).label}）。")
        return made

    def _find_people(self, one: Clipping) -> None:
        day = one.written_on or one.published_on
        if day is None:
            return
        key = (one.places, one.names, day)
        if key not in self.bylines:
            self.bylines[key] = read_byline(one.places, one.names, day, self.departments, self.people)
        one.departments, one.authors, errors = self.bylines[key]
        one.errors += errors
        if strangers := [author.name for author in one.authors if author.staff is None]:
            one.notes.append(f"作者“{'、'.join(strangers)}”不在花名册，按姓名登记。")

    def _judge(self, one: Clipping) -> Verdict:
        stories = self.stories.of(one.title, one.published_on, one.departments)
        known = [story for story in stories if story.key]
        decision = one.row.decision
        story = next((story for story in known if decision == f"{THIS_STORY}{story.key}" and not story.is_open), None)
        if story is None and len(known) == 1 and not known[0].is_open and decision != NEW_STORY:
            (story,) = known
        elif story is None and known and decision != NEW_STORY:
            return self._ask(one, known)
        if known and (len(known) > 1 or decision or known[0].is_open):
            one.choices = [*one.choices, *_story_choices(known)]
        if story is None:
            story = next((story for story in stories if story.row), None)
        if story is None and not one.departments:
            return Verdict(State.ERROR.value, [*one.notes, "供稿科室是空的，系统中也没有这一篇稿件。请补上供稿科室。"], one.choices)
        return self._new(one, story)

    def _ask(self, one: Clipping, known: list[Story]) -> Verdict:
        if len(known) == 1:
            label = ArticleState(known[0].state).label
            message = f"系统中有同名的稿件，现在是“{label}”。是这一篇的，请先在“新闻宣传”里办理它并登记这次采用；不是的选“另建一篇”。"
            return Verdict(State.ASK.value, [*one.notes, message], [*one.choices, *_story_choices(known)])
        message = f"60 天内系统中有 {len(known)} 篇同名的稿件，请选择是哪一篇。"
        return Verdict(State.ASK.value, [*one.notes, message], [*one.choices, *_story_choices(known)])

    def _new(self, one: Clipping, story: Story | None) -> Verdict:
        cleaned = _cleaned(one)
        if story is None:
            written_on = one.written_on or one.published_on
            story = Story(one.title, written_on, one.departments, row=one.row.number)
            story.authors = one.authors
            self.stories.add(story)
            cleaned["article"] = {
                "title": one.title,
                "written_on": written_on.isoformat(),
                "departments": one.departments,
                "authors": [[author.name, author.staff, author.department] for author in one.authors],
            }
        elif story.key:
            cleaned["of"] = story.key
            if story.state != ArticleState.ADOPTED:
                cleaned["was"] = story.state
                one.notes.append(f"系统中有这一篇（{ArticleState(story.state).label}），导入后记为采用。")
            else:
                one.notes.append("系统中有这一篇，采用记在它名下。")
        else:
            cleaned["as"] = story.row
            if (one.departments and one.departments != story.departments) or (one.authors and one.authors != story.authors):
                one.notes.append(f"与第 {story.row} 行是同一篇，科室和作者按第 {story.row} 行。")
        return Verdict(State.NEW.value, one.notes, one.choices, cleaned)


def _cleaned(one: Clipping) -> dict:
    grade, outlet = one.outlet.grade_on(one.published_on), one.outlet
    length = one.length[0] if one.length else None
    facts = Facts(
        outlet.key, one.title, one.published_on.isoformat(), grade.level, outlet.medium, grade.weight_class, one.page, one.position, length,
        one.has_picture, one.is_reprint, one.url, one.note,
    )  # fmt: skip
    if outlet.key is None:
        return {"facts": facts, "new_outlet": [outlet.name, outlet.medium, outlet.grades[0].level, outlet.since[0].isoformat()]}
    return {"facts": facts}


def _story_choices(known: list[Story]) -> list[tuple[str, str]]:
    chosen = [
        (f"{THIS_STORY}{story.key}", f"就是 {story.written_on:%Y-%m-%d} 成稿的这一篇（{ArticleState(story.state).label}）")
        for story in known
        if not story.is_open
    ]
    return [*chosen, (NEW_STORY, "另建一篇")]


def _placed(clippings: list[Clipping]) -> set[tuple]:
    """Natural keys that are there, of the days and outlets of these. One statement for each 500 days."""
    days, titles = sorted({one.published_on for one in clippings}), {one.title for one in clippings}
    outlets, found = {one.outlet.key for one in clippings if one.outlet.key}, set()
    for begin in range(0, len(days), CHUNK):
        there = Placement.objects.filter(published_on__in=days[begin : begin + CHUNK]).order_by()
        if len(outlets) <= CHUNK:
            there = there.filter(outlet__in=outlets)
        keys = there.values_list("outlet_id", "published_on", "title").iterator(chunk_size=2_000)
        found.update(key for key in keys if key[2] in titles)
    return found


def _unsound(one: Clipping) -> Verdict:
    if one.is_sum:
        return Verdict(State.SKIPPED.value, ["像是合计或落款，不导入。"])
    return Verdict(State.ERROR.value, [*one.errors, *one.notes], one.choices)
