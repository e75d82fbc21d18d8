"""What standings, matrix and ledgers of a year cost as placements grow: the number of SQL statements, and the time.

One bureau of fixed size; each article is used once, every fifth is of two departments, every third of two people.
"""

import datetime
import random
import time
from decimal import Decimal

from django.test import Client
from django.utils import timezone

from cms.users.models import User
from learning.contributions.choosing import chosen_period
from learning.contributions.ledgers import (
    PER_PAGE,
    Account,
    adopted_pieces,
    ledger_rows,
    quotas_of,
    rules_in,
    submitted_pieces,
    sum_before,
    sum_of,
    unscored_pieces,
)
from learning.contributions.matrix import matrix_of
from learning.contributions.standing import department_standings, person_standings, trend
from learning.contributions.standing_books import ledger_sheets
from learning.models import (
    ArticleAuthor,
    ArticleDepartment,
    Department,
    MediaArticle,
    Outlet,
    OutletGrade,
    Placement,
    Posting,
    RuleSet,
    ScoreLine,
    ScoreShare,
    ScoringQuota,
    ScoringRule,
    StaffMember,
)
from learning.periods import SHANGHAI
from learning.programme.books import workbook

from .measuring import patient_database, repetitions, statements_of, timed
from .site import refresh_statistics
from .table import milliseconds, ratio, show

DEPARTMENTS, PEOPLE, OUTLETS = 40, 400, 60
RUNS = 9
BATCH = 2_000
YEAR, TODAY = 2026, datetime.date(2026, 12, 31)
NOW = datetime.datetime(2026, 12, 31, 9, tzinfo=SHANGHAI)
LEVELS = {"national": 20, "province": 10, "city": 5, "county": 2}
SLACK = 1.2  # times linear: what is read as no worse


class Bureau:
    """What everything is of: made once."""

    def __init__(self):
        since = datetime.date(2020, 1, 1)
        self.departments = Department.objects.bulk_create(
            [Department(name=f"宣传考核{number}科", position=number) for number in range(DEPARTMENTS)]
        )
        self.people = StaffMember.objects.bulk_create(
            [StaffMember(name=f"作者{number}", sort_key=f"zuozhe{number:04}", employee_number=f"C{number:04}") for number in range(PEOPLE)]
        )
        Posting.objects.bulk_create(
            [Posting(staff=one, department=self.of(number), started_on=since) for number, one in enumerate(self.people)]
        )
        self.outlets = Outlet.objects.bulk_create([Outlet(name=f"考核媒体{number}", medium="newspaper") for number in range(OUTLETS)])
        self.levels = [list(LEVELS)[number % len(LEVELS)] for number in range(OUTLETS)]
        OutletGrade.objects.bulk_create(
            [OutletGrade(outlet=one, level=level, since=since) for one, level in zip(self.outlets, self.levels, strict=True)]
        )
        self.rules = RuleSet.objects.create(
            name="考核用规则", state="active", effective_from=datetime.date(YEAR, 1, 1), basis="测", use="bulletin", created_at=NOW
        )
        self.lines = {
            level: ScoringRule.objects.create(rule_set=self.rules, name=level, level=level, value=Decimal(points))
            for level, points in LEVELS.items()
        }
        ScoringQuota.objects.create(rule_set=self.rules, name="每月任务", pieces=2, base=Decimal(5), deduction=Decimal(1))
        self.reader = User.objects.create_superuser(username="bench-office", password=None)
        self.size = 0

    def of(self, number: int) -> Department:
        return self.departments[number % DEPARTMENTS]

    def grow(self, size: int) -> None:
        chance = random.Random(f"contributions:{size}")
        for start in range(self.size, size, BATCH):
            self._add(range(start, min(start + BATCH, size)), chance)
        self.size = size

    def _add(self, numbers: range, chance: random.Random) -> None:
        days = [datetime.date(YEAR, 1, 1) + datetime.timedelta(days=chance.randrange(365)) for _number in numbers]
        articles = MediaArticle.objects.bulk_create(
            [
                MediaArticle(
                    title=f"稿件{number}",
                    written_on=day,
                    submitted_on=day,
                    state="adopted",
                    moved_at=NOW,
                    saved_at=NOW,
                    created_at=NOW,
                    live=True,
                )
                for number, day in zip(numbers, days, strict=True)
            ]
        )
        writers = [chance.sample(range(PEOPLE), 2 if number % 3 == 0 else 1) for number in numbers]
        places = [chance.sample(range(DEPARTMENTS), 2 if number % 5 == 0 else 1) for number in numbers]
        ArticleDepartment.objects.bulk_create(
            [
                ArticleDepartment(article=article, department=self.of(at), sort_order=order)
                for article, mine in zip(articles, places, strict=True)
                for order, at in enumerate(mine)
            ],
            batch_size=BATCH,
        )
        ArticleAuthor.objects.bulk_create(
            [
                ArticleAuthor(article=article, staff=self.people[at], name=self.people[at].name, sort_order=order)
                for article, mine in zip(articles, writers, strict=True)
                for order, at in enumerate(mine)
            ],
            batch_size=BATCH,
        )
        outlets = [chance.randrange(OUTLETS) for _number in numbers]
        placements = Placement.objects.bulk_create(
            [
                Placement(
                    article=article,
                    outlet=self.outlets[at],
                    title=article.title,
                    published_on=article.written_on,
                    level=self.levels[at],
                    medium="newspaper",
                    entered_at=NOW,
                    confirmed_at=NOW,
                )
                for article, at in zip(articles, outlets, strict=True)
            ]
        )
        self._score(placements, places, writers)

    def _score(self, placements, places, writers) -> None:
        lines = ScoreLine.objects.bulk_create([self._line(placement) for placement in placements])
        ScoreShare.objects.bulk_create(
            [
                ScoreShare(
                    line=line, article_id=line.article_id, counted_on=line.counted_on, use="bulletin", points=part, uncapped=part, **whose
                )
                for line, mine, authors in zip(lines, places, writers, strict=True)
                for holder, part in (("department", line.credited / len(mine)), ("person", line.credited / len(authors)))
                for whose in (
                    [{"holder": holder, "department": self.of(at)} for at in mine]
                    if holder == "department"
                    else [{"holder": holder, "staff": self.people[at]} for at in authors]
                )
            ],
            batch_size=BATCH,
        )

    def _line(self, placement: Placement) -> ScoreLine:
        rule = self.lines[placement.level]
        return ScoreLine(
            article_id=placement.article_id,
            placement=placement,
            rule_set=self.rules,
            rule=rule,
            counted_on=placement.published_on,
            use="bulletin",
            parts=[{"rule": rule.pk, "name": rule.name, "effect": "points", "value": str(rule.value)}],
            value=rule.value,
            credited=rule.value,
            scored_at=NOW,
        )


def measure(sizes: tuple[int, ...], *, vendor: str) -> None:
    """Each size in turn, growing the one bureau."""
    figures: dict[str, dict[int, tuple[int, float]]] = {}
    rows, bureau = [], None
    client = Client()
    for size in sizes:
        began = time.perf_counter()
        with patient_database():
            bureau = bureau or Bureau()
            bureau.grow(size)
            refresh_statistics()
        client.force_login(bureau.reader)
        shares = ScoreShare.objects.count()
        print(f"{time.perf_counter() - began:6.0f} s  {size:,} placements, {shares:,} shares", flush=True)
        for label, call in _calls(bureau, client).items():
            statements, _repeated = statements_of(call)
            taken = timed([call] * repetitions(RUNS, size), seconds=30)
            figures.setdefault(label, {})[size] = (statements, taken.median)
            rows.append([f"{size:,}", label, statements, milliseconds(taken.median), milliseconds(taken.cpu), f"{shares:,}"])
    show(
        f"A year of contributions on {vendor}: {DEPARTMENTS} departments, {PEOPLE} people, {OUTLETS} outlets",
        ["placements", "what", "statements", "median ms", "CPU ms", "shares"],
        rows,
        *(_growth(label, found) for label, found in figures.items()),
    )


def _calls(bureau: Bureau, client: Client) -> dict:
    chosen = chosen_period({"period": str(YEAR)}, TODAY)
    account = Account.of_department(bureau.departments[0])
    facts = {"uses": chosen.uses, "today": TODAY}
    query = f"?period={YEAR}" if timezone.localdate().year != YEAR else ""
    return {
        "standings of departments": lambda: department_standings(chosen, **facts),
        "standings of people": lambda: person_standings(chosen, **facts),
        "trend of a year": lambda: trend(chosen, today=TODAY),
        "matrix": lambda: matrix_of(chosen, **facts),
        "standings, the page": lambda: client.get(f"/contributions/standings/{query}"),
        "a department's ledger, last page": lambda: _ledger(account, chosen, facts),
        "a department's ledger, .xlsx": lambda: _ledger_book(account, chosen, facts),
    }


def _ledger(account: Account, chosen, facts) -> None:
    """What the last page of the screen asks for; a first page, which carries nothing over, would ask for one sum less."""
    shares, rules = account.shares(chosen, chosen.uses), rules_in(chosen, TODAY)
    first = max(0, (shares.count() - 1) // PER_PAGE * PER_PAGE)
    list(ledger_rows(shares[first : first + PER_PAGE]))
    sum_before(shares, max(first, 1)), sum_of(shares), quotas_of(account, chosen, rule_sets=rules, **facts)
    for pieces in (submitted_pieces, adopted_pieces, unscored_pieces):
        pieces(account, chosen)


def _ledger_book(account: Account, chosen, facts) -> None:
    shares, rules = account.shares(chosen, chosen.uses), rules_in(chosen, TODAY)
    quotas = quotas_of(account, chosen, rule_sets=rules, **facts)
    workbook(ledger_sheets(account, shares, quotas, chosen=chosen, title="台账", rule_sets=rules))


def _growth(label: str, found: dict[int, tuple[int, float]]) -> str:
    """Statements must stay the same; time must grow no faster than the rows."""
    first = min(found)
    same = "the same" if len({statements for statements, _taken in found.values()}) == 1 else "NOT the same (OVER BUDGET)"
    parts = []
    for size, (_number, taken) in found.items():
        is_over = taken > found[first][1] * size / first * SLACK
        parts.append(
            f"{size:,}: {ratio(taken, found[first][1])} for {ratio(size, first)} the placements{' (OVER BUDGET)' if is_over else ''}"
        )
    return f"{label}: statements are {same}; time {', '.join(parts)}."
