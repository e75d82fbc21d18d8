"""One article with all that hangs on it, as its page shows it."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from ..periods import local_day
from ..questions.links import About, ask_url
from .choices import ArticleState, Effect, FileKind, Step
from .models import ArticleFile, ArticleStep, CreditableEvent, Dispatch, MediaArticle, Placement, ScoreLine
from .submissions import with_lines

DESK = "contributions"
DONE, NOW, NOT_YET, PASSED_BY = "done", "now", "not-due", "skipped"
MARKS = {DONE: "●", NOW: "◔", NOT_YET: "–", PASSED_BY: "–"}
ENDS = {
    ArticleState.ADOPTED: ("done", "●"),
    ArticleState.UNUSED: ("late", "○"),
    ArticleState.RETURNED: ("late", "◐"),
}


@dataclass(frozen=True, slots=True)
class Stage:
    """A station of 拟稿 → 科室审 → 宣传科审 → 投出 → 采用/未用/退回: `key` says how far it is, `who` and `on` who did it and when."""

    label: str
    key: str
    mark: str
    word: str
    who: str = ""
    on: datetime.date | None = None


@dataclass(frozen=True, slots=True)
class ScoredRecord:
    """A line of the scores in 「这条算进了」."""

    record: str
    on: datetime.date
    rules: str
    parts: list[str]
    value: Decimal
    credited: Decimal
    why: str
    ask_url: str


@dataclass(frozen=True)
class ArticlePage:
    article: MediaArticle
    paragraphs: list[str]
    pictures: list[ArticleFile]
    documents: list[ArticleFile]
    steps: list[ArticleStep]
    stages: list[Stage]
    dispatches: list[Dispatch]
    placements: list[Placement]
    events: list[CreditableEvent]
    scored: list[ScoredRecord]

    @property
    def credited(self) -> Decimal:
        return sum((one.credited for one in self.scored), Decimal(0))


def find_article(pk: int) -> MediaArticle | None:
    """With authors and departments, so that rights ask nothing more."""
    articles = MediaArticle.objects.select_related("session", "commission", "created_by")
    return with_lines(articles).filter(pk=pk).first()


def page_of(article: MediaArticle, url: str) -> ArticlePage:
    """`url` is where the page is. Six statements, however much there is."""
    files, steps = list(article.files.all()), list(article.steps.all())
    placements = list(article.placements.select_related("outlet"))
    lines = ScoreLine.objects.filter(article=article).select_related("placement__outlet", "event", "rule_set").order_by("counted_on", "pk")
    return ArticlePage(
        article=article,
        paragraphs=paragraphs_of(article.body),
        pictures=[one for one in files if one.kind == FileKind.PICTURE],
        documents=[one for one in files if one.kind == FileKind.DOCUMENT],
        steps=steps,
        stages=stages_of(article, steps),
        dispatches=list(article.dispatches.select_related("outlet")),
        placements=placements,
        events=list(article.events.all()),
        scored=[_scored(line, article, url) for line in lines],
    )


def paragraphs_of(body: str) -> list[str]:
    return [line.strip() for line in body.split("\n") if line.strip()]


def stages_of(article: MediaArticle, steps: Sequence[ArticleStep]) -> list[Stage]:
    """Counted from the last time it was handed in: what was before that is in the steps."""
    state = ArticleState(article.state)
    begun = next((number for number in range(len(steps) - 1, -1, -1) if steps[number].step == Step.HAND_IN), None)
    since = [] if begun is None or state == ArticleState.DRAFT else list(steps[begun:])
    by_step = {one.step: one for one in since}
    handed_in = by_step.get(Step.HAND_IN)
    if handed_in is None and state != ArticleState.DRAFT:
        return _registered(article, steps)
    stages = [
        _stage("拟稿", DONE, "已提交", handed_in) if handed_in else Stage("拟稿", NOW, MARKS[NOW], "在写"),
        _section(state, handed_in, by_step),
        _office(state, by_step),
        _sent(state, by_step),
    ]
    if state in ENDS:
        stages.append(_end(article, since))
    else:
        stages.append(Stage("采用", NOT_YET, MARKS[NOT_YET], "还没有"))
    return stages


def _registered(article: MediaArticle, steps: Sequence[ArticleStep]) -> list[Stage]:
    """Entered by the office together with its use."""
    first = steps[0] if steps else None
    state = ArticleState(article.state)
    tone, mark = ENDS.get(state, (NOW, MARKS[NOW]))
    shown = (
        [_stage("登记", DONE, "宣传科登记", first)] if first else [Stage("登记", DONE, MARKS[DONE], "宣传科登记", on=article.submitted_on)]
    )
    return [*shown, Stage(state.label, tone, mark, state.label)]


def _section(state, handed_in, by_step) -> Stage:
    if passed := by_step.get(Step.PASS):
        return _stage("科室审", DONE, "已通过", passed)
    if state == ArticleState.SECTION:
        return Stage("科室审", NOW, MARKS[NOW], "在审")
    if handed_in and handed_in.state == ArticleState.OFFICE:
        return Stage("科室审", PASSED_BY, MARKS[PASSED_BY], "不经")
    if returned := by_step.get(Step.RETURN):
        return Stage("科室审", *ENDS[ArticleState.RETURNED], "退回", returned.by_name, local_day(returned.at))
    return Stage("科室审", NOT_YET, MARKS[NOT_YET], "还没有")


def _office(state, by_step) -> Stage:
    decided = by_step.get(Step.SEND) or by_step.get(Step.ADOPT) or by_step.get(Step.SET_ASIDE)
    if decided:
        return _stage("宣传科审", DONE, "已审", decided)
    if state == ArticleState.OFFICE:
        return Stage("宣传科审", NOW, MARKS[NOW], "在审")
    returned, handed_in = by_step.get(Step.RETURN), by_step.get(Step.HAND_IN)
    if returned and (Step.PASS in by_step or (handed_in and handed_in.state == ArticleState.OFFICE)):
        return Stage("宣传科审", *ENDS[ArticleState.RETURNED], "退回", returned.by_name, local_day(returned.at))
    return Stage("宣传科审", NOT_YET, MARKS[NOT_YET], "还没有")


def _sent(state, by_step) -> Stage:
    if sent := by_step.get(Step.SEND):
        return _stage("投出", DONE, "已投出", sent)
    if state in (ArticleState.ADOPTED, ArticleState.UNUSED):
        return Stage("投出", PASSED_BY, MARKS[PASSED_BY], "没有")
    return Stage("投出", NOT_YET, MARKS[NOT_YET], "还没有")


def _end(article: MediaArticle, since: Sequence[ArticleStep]) -> Stage:
    state = ArticleState(article.state)
    tone, mark = ENDS[state]
    last = next((one for one in reversed(since) if one.state == state), None)
    return Stage(state.label, tone, mark, state.label, last.by_name if last else "", local_day(last.at) if last else None)


def _stage(label: str, key: str, word: str, step: ArticleStep) -> Stage:
    return Stage(label, key, MARKS[key], word, step.by_name, local_day(step.at))


def _scored(line: ScoreLine, article: MediaArticle, url: str) -> ScoredRecord:
    used = line.placement
    record = f"{used.outlet}（{used.get_level_display()}）" if used else line.event.get_kind_display()
    return ScoredRecord(
        record=record,
        on=line.counted_on,
        rules=line.rule_set.name,
        parts=[f"{part['name']} {_effect(part)}" for part in line.parts],
        value=line.value,
        credited=line.credited,
        why=line.why,
        ask_url=ask_url(
            About(
                desk=DESK,
                key=f"contributions.line:{line.pk}",
                about=f"{article.title[:60]}，{record}，{line.counted_on:%Y-%m-%d}：计 {plain(line.credited)} 分"[:200],
                url=url,
            )
        ),
    )


def _effect(part: dict) -> str:
    value = plain(Decimal(str(part["value"])))
    match part["effect"]:
        case Effect.MULTIPLIER:
            return f"×{value}"
        case Effect.BONUS:
            return f"+{value}"
    return value


def plain(number: Decimal) -> str:
    """Without the noughts behind the point that say nothing."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
