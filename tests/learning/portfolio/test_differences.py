import datetime
from dataclasses import replace

import pytest

from learning.evidence import Attachment, Detail, Have
from learning.periods import PeriodKind, period_of
from learning.portfolio.cells import Cell, Line, PersonYear, Place, Record
from learning.portfolio.choices import State
from learning.portfolio.contents import Confirmation, FileContent, PlanText, ReviewFigure, StatementText
from learning.portfolio.differences import changes

DAY = datetime.date(2026, 3, 2)
RECORD = Record("reading.reflection", "读书心得", 5, "灯下", DAY, DAY, Have.REFLECTION)
LINE = Line("s1", "每季一篇", period_of(DAY, PeriodKind.QUARTER), DAY, 1, 1, 0, "方案", "仅展示", "have.reflection", True, "", State.HAVE)
PLACE = Place(1, "办公室", "科员", True, False, datetime.date(2020, 1, 1), None)
PLAN = PlanText("学会起草公文", "", "", "", "已批准", "某人", DAY)
FACTS = Detail((("书名", "灯下"), ("评阅", "通过")), ("第一段",), (Attachment("一.docx", "a" * 64, None),))


def year(**facts):
    cells = tuple(Cell(have, State.HAVE, (LINE,) if have == Have.REFLECTION else ()) for have in Have)
    return PersonYear(
        **{
            "year": 2026,
            "staff_id": 1,
            "name": "陶思远",
            "employee_number": "",
            "as_of": DAY,
            "places": (PLACE,),
            "cells": cells,
            "records": (RECORD,),
            **facts,
        }
    )


def content(**facts):
    own = {name: facts.pop(name) for name in list(facts) if name in ("plan", "statement", "review", "confirmation", "details")}
    return FileContent(**{"year": year(**facts), "plan": PLAN, "details": {("reading.reflection", 5): FACTS}, **own})


def lines_of(reflection: Line | None = None, state=State.HAVE, **cell):
    return tuple(
        Cell(have, state if have == Have.REFLECTION else State.HAVE, ((reflection or LINE),) if have == Have.REFLECTION else (), **cell)
        for have in Have
    )


def detail(**facts):
    return {("reading.reflection", 5): replace(FACTS, **facts)}


class TestChanges:
    @pytest.mark.parametrize(
        ("now", "said"),
        [
            ({"records": ()}, "撤回或删去：读书心得《灯下》（2026-03-02）。锁定的档案里仍有这一条"),
            ({"records": (RECORD, replace(RECORD, record_id=6, title=""))}, "新增：读书心得（2026-03-02）"),
            ({"records": (replace(RECORD, title="灯下集"),)}, "改动：读书心得《灯下》（2026-03-02）：名称改为《灯下集》"),
            (
                {"records": (replace(RECORD, happened_on=datetime.date(2026, 4, 1)),)},
                "改动：读书心得《灯下》（2026-03-02）：完成的日期由 2026-03-02 改为 2026-04-01",
            ),
            (
                {"details": detail(facts=(("书名", "另一本"), ("评阅", "通过")))},
                "改动：读书心得《灯下》（2026-03-02）：书名由“灯下”改为“另一本”",
            ),
            ({"details": detail(paragraphs=("第一段改了",))}, "改动：读书心得《灯下》（2026-03-02）：正文改了（原 3 字，现 5 字）"),
            ({"details": detail(attachments=())}, "改动：读书心得《灯下》（2026-03-02）：附件不再有原来的一.docx"),
            ({"cells": lines_of(state=State.LACKING)}, "五格：有心得体会由“有”变为“缺”"),
            ({"cells": lines_of(replace(LINE, owed=2))}, "要求：“每季一篇”（2026年第一季度）：应有由 1 改为 2"),
            ({"cells": lines_of(replace(LINE, basis="新方案"))}, "要求：“每季一篇”（2026年第一季度）：依据改为新方案"),
            ({"plan": replace(PLAN, goals="改了")}, "学习规划：“今年要学会什么”改了"),
            ({"plan": None}, "学习规划：现在没有了"),
            ({"statement": StatementText("一年来", DAY)}, "述学报告：锁定时没有提交，现在有了"),
            ({"review": ReviewFigure(5, "92.4", 100)}, "评学：由没有结果变为5 人评，均分 92.4，满分 100"),
            ({"name": "陶远"}, "人员：姓名由陶思远改为陶远"),
            ({"places": ()}, "任职：锁定时有、现在没有：办公室，科员，2020-01-01 至今"),
            ({"confirmation": Confirmation("某人", DAY)}, "确认：确认没有了或是后来才有的"),
        ],
    )
    def test_are_said_in_words(self, now, said):
        assert [str(change) for change in changes(content(), content(**now))] == [said]

    def test_are_none_of_the_same(self):
        assert changes(content(), content()) == []

    def test_lead_to_the_record_that_is_there_now(self):
        now = content(records=(replace(RECORD, title="灯下集", url="/reading/reflections/5/"),))
        assert [change.url for change in changes(content(), now)] == ["/reading/reflections/5/"]

    def test_say_of_private_notes_that_there_are_some_and_no_more(self):
        private = tuple(replace(cell, has_private=cell.have == Have.NOTE) for cell in lines_of())
        assert [str(change) for change in changes(content(), content(cells=private))] == ["五格：有学习笔记：现在有不公开的记录"]

    def test_keep_rows_of_one_series_apart(self):
        half = replace(LINE, owed=3)
        twice = tuple(replace(cell, lines=(LINE, half) if cell.have == Have.REFLECTION else ()) for cell in lines_of())
        assert [str(one) for one in changes(content(), content(cells=twice))] == [
            "要求：新增“每季一篇”（2026年第一季度），应有 3 次（篇），依据：方案"
        ]
