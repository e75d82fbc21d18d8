"""The notice as rules: its eight formats with every cadence, quota and lead (R23–R45), in two presets.

Reference data to begin with. Once in the database the rules are the bureau's: nothing here is read when a year is laid out or judged.
Where the notice gives no figure (“定期”, “适时”), the figure is ours, `basis` says so and nothing is a breach.
"""

import uuid
from dataclasses import dataclass, field

from ..evidence import Subject
from ..periods import PeriodKind
from .choices import Audience, Measure, SessionKind, Use, Window

NAMESPACE = uuid.UUID("5d6b5d6e-4b0c-5a0a-9d3e-2f1f8f4c7a10")
RESPONSIBLE = "机关各科（室）、局属各单位"


@dataclass(frozen=True, slots=True)
class FormatRule:
    key: str
    numeral: str
    name: str
    summary: str
    leads: tuple[str, ...]
    basis: str


@dataclass(frozen=True, slots=True)
class Rule:
    """A requirement before it is in the database; `leads` are names of departments, `use` that of the notice of 2020."""

    key: str
    study_format: str
    name: str
    basis: str
    per: PeriodKind
    leads: tuple[str, ...]
    owed_by: Subject = Subject.ORGAN
    evidence: str = "programme.session"
    measure: Measure = Measure.SESSIONS
    quantity: int = 1
    window: Window = Window.WHOLE
    session_kind: str = ""
    audience: Audience = Audience.EVERYBODY
    use: Use = Use.ASSESSMENT
    is_floor: bool = True
    settings: dict = field(default_factory=dict)

    @property
    def series(self) -> uuid.UUID:
        return uuid.uuid5(NAMESPACE, self.key)


FORMATS = (
    FormatRule(
        "political_theory",
        "一",
        "政治理论学习",
        "每周二下午集中学习，与三会一课、主题党日、道德大讲堂结合；中心组学习、支部学习、季度知识测试、学习内容定期展示。",
        ("机关党委",),
        "方案第四部分（一）",
    ),
    FormatRule(
        "expert_lectures",
        "二",
        "专家辅导讲座",
        "上半年、下半年各一次，专家授课或集体观看录像；班子成员、机关党员干部和局直属单位参加。",
        ("机关党委",),
        "方案第四部分（二）",
    ),
    FormatRule(
        "professional_training",
        "三",
        "业务知识培训",
        "每季度最后一个月，三至五名科室负责人轮流登台讲课。",
        ("机关党委",),
        "方案第四部分（三）",
    ),
    FormatRule(
        "integrity_education",
        "四",
        "廉政警示教育",
        "每季度一次：专题党课、纪委辅导、案件通报、警示教育片、参观基地。案件情况通报印发后及时传达。",
        ("机关党委", "驻局纪检监察组"),
        "方案第四部分（四）",
    ),
    FormatRule(
        "civic_practice",
        "五",
        "文明实践活动",
        "每季度一次：道德模范宣讲、观看录像、爱国主义和形势政策教育、基层宣讲、志愿服务。",
        ("基础教育科", "机关党委"),
        "方案第四部分（五）",
    ),
    FormatRule(
        "reading",
        "六",
        "读书学习交流",
        "每月读一本好书，每季度一篇学习心得、一次集中读书交流，评选“阅读之星”；学习兴趣小组；图书适时更新。",
        ("机关党委", "思政科", "办公室"),
        "方案第四部分（六）",
    ),
    FormatRule(
        "online_study",
        "七",
        "开展网络学习",
        "每月汇总通报网络学习情况；七一前和 12 月底前各评比一次学习达人。",
        ("机关党委", "思政科", "人事科"),
        "方案第四部分（七）",
    ),
    FormatRule(
        "work_results",
        "八",
        "工作成效展示",
        "每个科室每年至少一篇调研报告，全局评出五篇优质报告；新闻宣传每半年汇总，年底排名公示。",
        ("机关党委", "宣传科"),
        "方案第四部分（八）",
    ),
    # No carrier of the notice: the home of what section 一 and section 五 ask of every person.
    FormatRule(
        "five_haves",
        "",
        "五有档案",
        "有学习规划、有学习笔记、有心得体会、有调研成果、有收获运用；年底述学。",
        ("机关党委",),
        "方案第一部分、第五部分",
    ),
)

RULES = (
    Rule(
        "tuesday_study",
        "political_theory",
        "每周二政治学习",
        "方案第四部分（一）：每周二下午集中学习。某一周未开展不算缺口，每月不足一次才算。",
        PeriodKind.WEEK,
        ("机关党委",),
        session_kind=SessionKind.COLLECTIVE,
        is_floor=False,
        settings={"opens_sessions": True, "weekday": 2, "study_hours": 2},
    ),
    Rule(
        "core_group",
        "political_theory",
        "中心组学习",
        "方案第四部分（一）开展形式：原则上每月集中开展一次。",
        PeriodKind.MONTH,
        ("机关党委", "办公室"),
        session_kind=SessionKind.CORE_GROUP,
        audience=Audience.LEADERSHIP,
        settings={"opens_sessions": True, "weekday": 5, "nth": 3, "study_hours": 4, "minutes": 150},
    ),
    Rule(
        "collective_monthly",
        "political_theory",
        "干部职工集中学习",
        "方案第四部分（一）开展形式：由机关党委或各支部组织，原则上每月不少于1次。",
        PeriodKind.MONTH,
        ("机关党委",),
        owed_by=Subject.BRANCH,
        evidence="programme.collective",
        session_kind=SessionKind.COLLECTIVE,
    ),
    Rule(
        "branch_study",
        "political_theory",
        "支部学习",
        "方案第四部分（一）：各支部按照“两学一做”、“三会一课”开展学习；方案未定频次，这里按每月一次提示。",
        PeriodKind.MONTH,
        ("机关党委",),
        owed_by=Subject.BRANCH,
        evidence="programme.branch_session",
        is_floor=False,
        use=Use.DISPLAY,
        audience=Audience.PARTY_MEMBERS,
    ),
    Rule(
        "knowledge_test",
        "political_theory",
        "理论知识测试",
        "方案第四部分（一）：每季度最后一个月组织测试，思政科和机关党委牵头实施。",
        PeriodKind.QUARTER,
        ("思政科", "机关党委"),
        window=Window.LAST_MONTH,
        session_kind=SessionKind.TEST,
        measure=Measure.TESTS,
        settings={"opens_sessions": True, "weekday": 4, "nth": 3, "minutes": 60},
    ),
    Rule(
        "study_display",
        "political_theory",
        "学习内容展示",
        "方案第四部分（一）：定期展示政治理论类学习教育内容；方案未定频次，这里按每季度一次提示。",
        PeriodKind.QUARTER,
        ("机关党委",),
        evidence="programme.item",
        measure=Measure.RECORDS,
        is_floor=False,
        use=Use.DISPLAY,
    ),
    Rule(
        "expert_lecture",
        "expert_lectures",
        "专家辅导讲座",
        "方案第四部分（二）开展形式：上半年、下半年各集中开展一次。",
        PeriodKind.HALF,
        ("机关党委",),
        session_kind=SessionKind.EXPERT_LECTURE,
        settings={"opens_sessions": True, "weekday": 3, "nth": -3, "study_hours": 4, "minutes": 180},
    ),
    Rule(
        "heads_training",
        "professional_training",
        "业务知识培训",
        "方案第四部分（三）：每季度最后一个月安排3-5名机关科室负责人讲授，科室长（负责人）轮流登台。",
        PeriodKind.QUARTER,
        ("机关党委",),
        window=Window.LAST_MONTH,
        session_kind=SessionKind.TRAINING,
        settings={"opens_sessions": True, "weekday": 3, "nth": 2, "study_hours": 4, "speakers_min": 3, "speakers_max": 5, "minutes": 150},
    ),
    Rule(
        "integrity_plan",
        "integrity_education",
        "警示教育计划",
        "方案第四部分（四）开展形式：机关党委和驻局纪检监察组协商制定计划，明确每季度的内容及时间。",
        PeriodKind.QUARTER,
        ("机关党委", "驻局纪检监察组"),
        evidence="programme.item",
        measure=Measure.RECORDS,
        is_floor=False,
        use=Use.DISPLAY,
    ),
    Rule(
        "integrity_session",
        "integrity_education",
        "廉政警示教育",
        "方案第四部分（四）：每季度1次。",
        PeriodKind.QUARTER,
        ("机关党委", "驻局纪检监察组"),
        session_kind=SessionKind.INTEGRITY,
        settings={"opens_sessions": True, "weekday": 4, "nth": 5, "study_hours": 2},
    ),
    Rule(
        "civic_plan",
        "civic_practice",
        "年度文明实践计划",
        "方案第四部分（五）开展形式：由基础教育科牵头制定年度计划，明确每季度的形式及内容。",
        PeriodKind.YEAR,
        ("基础教育科",),
        evidence="programme.item",
        measure=Measure.RECORDS,
        is_floor=False,
        use=Use.DISPLAY,
    ),
    Rule(
        "civic_activity",
        "civic_practice",
        "文明实践活动",
        "方案第四部分（五）：每季度1次。",
        PeriodKind.QUARTER,
        ("基础教育科", "机关党委"),
        session_kind=SessionKind.CIVIC_PRACTICE,
        settings={"opens_sessions": True, "weekday": 5, "nth": -4, "study_hours": 4, "minutes": 180, "starts_at": "14:30"},
    ),
    Rule(
        "book_list",
        "reading",
        "每月推荐书目",
        "方案第四部分（六）开展形式：机关党委牵头列出每月的推荐书目。",
        PeriodKind.MONTH,
        ("机关党委", "思政科", "办公室"),
        evidence="reading.monthly_list",
        measure=Measure.RECORDS,
    ),
    Rule(
        "monthly_book",
        "reading",
        "每月读一本好书",
        "方案第四部分（六）：机关党员干部每月至少读1本好书。",
        PeriodKind.MONTH,
        ("机关党委", "思政科", "办公室"),
        owed_by=Subject.STAFF,
        evidence="reading.log",
        audience=Audience.PARTY_MEMBERS,
        measure=Measure.NOTES,
    ),
    Rule(
        "quarterly_reflection",
        "reading",
        "每季度一篇学习心得",
        "方案第四部分（六）：每季度每人至少形成1篇学习心得交机关党委。",
        PeriodKind.QUARTER,
        ("机关党委", "思政科", "办公室"),
        owed_by=Subject.STAFF,
        evidence="reading.reflection",
        audience=Audience.EVERYBODY,
        measure=Measure.NOTES,
    ),
    Rule(
        "reading_exchange",
        "reading",
        "集中读书交流",
        "方案第四部分（六）：每季度组织1次集中读书交流活动。",
        PeriodKind.QUARTER,
        ("机关党委", "思政科", "办公室"),
        session_kind=SessionKind.READING_EXCHANGE,
        settings={"opens_sessions": True, "weekday": 3, "nth": -2, "study_hours": 2},
    ),
    Rule(
        "reading_star",
        "reading",
        "评选“阅读之星”",
        "方案第四部分（六）开展形式：每次读书交流活动结束后评选出每季度的“阅读之星”。",
        PeriodKind.QUARTER,
        ("机关党委", "思政科", "办公室"),
        evidence="reading.star",
        measure=Measure.RANKING,
    ),
    Rule(
        "online_bulletin",
        "online_study",
        "网络学习汇总通报",
        "方案第四部分（七）开展形式：每月汇总并通报公示1次学习得分情况。",
        PeriodKind.MONTH,
        ("机关党委", "思政科", "人事科"),
        evidence="online_study.bulletin",
        measure=Measure.SCORES,
        use=Use.BULLETIN,
    ),
    Rule(
        "study_masters",
        "online_study",
        "学习达人评比",
        "方案第四部分（七）开展形式：“七一”前（至6月30日24时）和12月底前各开展1次，两项评比，全局通报表彰。",
        PeriodKind.HALF,
        ("机关党委", "思政科", "人事科"),
        evidence="online_study.contest",
        measure=Measure.RANKING,
        quantity=2,
        use=Use.BULLETIN,
    ),
    Rule(
        "research_report",
        "work_results",
        "科室调研报告",
        "方案第四部分（八）：年内每个科室至少形成1篇调研报告。",
        PeriodKind.YEAR,
        ("机关党委",),
        owed_by=Subject.DEPARTMENT,
        evidence="contributions.research_report",
        measure=Measure.RESEARCH,
        settings={"department_kinds": ["section"]},
    ),
    Rule(
        "best_reports",
        "work_results",
        "优质调研报告评选",
        "方案第四部分（八）：在全局范围内评出5篇优质调研报告进行表彰和上推。",
        PeriodKind.YEAR,
        ("机关党委",),
        evidence="contributions.best_report",
        measure=Measure.RANKING,
        quantity=5,
    ),
    Rule(
        "half_year_summary",
        "work_results",
        "工作成效半年汇总",
        "方案第四部分（八）标题：每半年汇总1次。",
        PeriodKind.HALF,
        ("机关党委", "宣传科"),
        evidence="contributions.summary",
        measure=Measure.RECORDS,
        use=Use.BULLETIN,
    ),
    Rule(
        "submission_ranking",
        "work_results",
        "投稿使用情况公示",
        "方案第四部分（八）：年底对各科室投稿使用情况进行排名公示。",
        PeriodKind.YEAR,
        ("宣传科",),
        evidence="contributions.ranking",
        measure=Measure.MEDIA,
    ),
    Rule(
        "study_plan",
        "five_haves",
        "年度学习规划",
        "方案第一部分：有学习规划；方案未定期限，这里按 3 月底前提示。",
        PeriodKind.YEAR,
        ("机关党委",),
        owed_by=Subject.STAFF,
        evidence="portfolio.plan",
        window=Window.FIRST_QUARTER,
        measure=Measure.RECORDS,
    ),
    Rule(
        "study_note",
        "five_haves",
        "学习笔记",
        "方案第一部分：有学习笔记；只看有没有，不看篇数、内容。",
        PeriodKind.YEAR,
        ("机关党委",),
        owed_by=Subject.STAFF,
        evidence="have.note",
        measure=Measure.NOTES,
    ),
    Rule(
        "own_research",
        "five_haves",
        "参加调研",
        "方案第一部分：有调研成果；方案第四部分（八）只要求每个科室一篇，个人没有不算缺口。",
        PeriodKind.YEAR,
        ("机关党委",),
        owed_by=Subject.STAFF,
        evidence="have.research",
        measure=Measure.RESEARCH,
        is_floor=False,
        use=Use.DISPLAY,
    ),
    Rule(
        "application",
        "five_haves",
        "收获运用",
        "方案第一部分：有收获运用，做到学、思、用贯通；方案未定频次，这里按每年一次提示。",
        PeriodKind.YEAR,
        ("机关党委",),
        owed_by=Subject.STAFF,
        evidence="have.application",
        measure=Measure.RECORDS,
    ),
    Rule(
        "yearly_statement",
        "five_haves",
        "年度述学",
        "方案第五部分：建立完善述学、评学机制；方案未定时间，这里按年底提示。",
        PeriodKind.YEAR,
        ("机关党委",),
        owed_by=Subject.STAFF,
        evidence="portfolio.statement",
        window=Window.LAST_MONTH,
        measure=Measure.RECORDS,
    ),
    Rule(
        "department_statement",
        "five_haves",
        "科室述学",
        "方案第五部分：建立完善述学、评学机制；方案未定时间，这里按年底提示。",
        PeriodKind.YEAR,
        ("机关党委",),
        owed_by=Subject.DEPARTMENT,
        evidence="portfolio.department_statement",
        window=Window.LAST_MONTH,
        measure=Measure.RECORDS,
        settings={"department_kinds": ["section", "unit"]},
    ),
)

NOTICE_2020, RELIEF = "notice_2020", "relief"
PRESETS = {RELIEF: "现行减负口径", NOTICE_2020: "2020 方案原样"}
DEFAULT_PRESET = RELIEF
# 现行减负口径 shows these and does no more with them: study notes, scores, rankings and media pieces.
SHOWN_ONLY = frozenset({Measure.NOTES, Measure.SCORES, Measure.RANKING, Measure.MEDIA, Measure.RECORDS})


def use_in(preset: str, rule: Rule) -> Use:
    """What `preset` has the figure of `rule` used for."""
    if preset == RELIEF:
        return Use.DISPLAY if rule.measure in SHOWN_ONLY else min(rule.use, Use.BULLETIN, key=list(Use).index)
    return rule.use


@dataclass(frozen=True, slots=True)
class CautionText:
    measure: Measure
    text: str
    source: str


# Paraphrased; how far a rule reaches is for the bureau to decide, and the original is to be read before it is relied on.
_NO_SUBSTITUTE = "《整治形式主义为基层减负若干规定》（中办、国办，2024年印发，2025年公开全文）第三部分"
_APPS_2026 = "《政务移动互联网应用程序规范化管理办法》（国办函〔2026〕12号）"
_APPS_2023 = "《关于防治“指尖上的形式主义”的若干意见》（中央网信委，2023年12月）"
CAUTIONS = (
    CautionText(Measure.NOTES, "督查检查考核中，不把有没有做学习笔记当作判断工作好坏的标准。", _NO_SUBSTITUTE),
    CautionText(Measure.RECORDS, "不以是否开会发文、拍照留痕评判工作优劣。", _NO_SUBSTITUTE),
    CautionText(Measure.MEDIA, "领导批示、在刊物和媒体刊发文章信息，不列为督查检查考核内容。", _NO_SUBSTITUTE),
    CautionText(Measure.SCORES, "政务应用不强制打卡签到、积分排名，不强制统计在线时长，学习时长不作为考评依据。", _APPS_2026),
    CautionText(Measure.SCORES, "不得把政务应用当成日常考核、线上督导的载体；在线时长、积分不设成强制要求。", _APPS_2023),
    CautionText(Measure.RANKING, "政务应用不设积分排名等强制性功能；点赞量、网络投票数、转发量不作为考评依据。", _APPS_2026),
)
