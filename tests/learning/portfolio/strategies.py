"""Files of any content, for properties of their text."""

import datetime
from dataclasses import replace

from hypothesis import strategies as st

from learning.evidence import Attachment, Detail, Have
from learning.periods import PeriodKind, period_of
from learning.portfolio.cells import Cell, Line, PersonYear, Place, Record
from learning.portfolio.choices import State
from learning.portfolio.contents import Confirmation, FileContent, PlanText, ReviewFigure, StatementText
from learning.portfolio.snapshots import address_of

DAYS = st.dates(datetime.date(2026, 1, 1), datetime.date(2026, 12, 31))
WORDS = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=5)
KEYS = st.integers(0, 10**6)
KINDS = st.sampled_from(["reading.reflection", "contributions.report", "portfolio.application", "some.other"])
FINGERPRINTS = st.integers(0, 2**64).map(lambda n: f"{n:064x}")


def nowhere():
    raise FileNotFoundError


attachments = st.builds(Attachment, WORDS, FINGERPRINTS, st.just(nowhere))
details = st.builds(
    Detail,
    st.lists(st.tuples(WORDS, WORDS), max_size=2).map(tuple),
    st.lists(WORDS, max_size=2).map(tuple),
    st.lists(attachments, max_size=2).map(tuple),
)
periods = st.builds(period_of, DAYS, st.sampled_from(PeriodKind))
lines = st.builds(
    Line,
    series=st.uuids().map(str),
    name=WORDS,
    period=periods,
    due_on=DAYS,
    owed=st.integers(1, 50),
    in_time=st.integers(0, 50),
    late=st.integers(0, 50),
    basis=WORDS,
    use=WORDS,
    evidence=WORDS,
    is_floor=st.booleans(),
    excuse=WORDS,
    state=st.sampled_from(State),
)
records = st.builds(
    Record,
    kind=KINDS,
    label=WORDS,
    record_id=KEYS,
    title=WORDS,
    counted_on=DAYS,
    happened_on=DAYS,
    have=st.none() | st.sampled_from(Have),
).map(lambda record: replace(record, url=address_of(record)))
places = st.builds(Place, KEYS, WORDS, WORDS, st.booleans(), st.booleans(), DAYS, st.none() | DAYS)


@st.composite
def person_years(draw):
    owed = draw(st.lists(lines, max_size=4))
    found = tuple(draw(st.lists(records, max_size=4, unique_by=lambda one: (one.kind, one.record_id))))
    cells = tuple(
        Cell(
            have=have,
            state=draw(st.sampled_from(State)),
            lines=tuple(owed[:3]) if have == Have.REFLECTION else (),
            records=tuple(one for one in found if one.have == have),
            has_private=draw(st.booleans()),
        )
        for have in Have
    )
    return PersonYear(
        year=2026,
        staff_id=draw(KEYS),
        name=draw(WORDS),
        employee_number=draw(WORDS),
        as_of=draw(DAYS),
        places=tuple(draw(st.lists(places, max_size=2))),
        cells=cells,
        others=tuple(owed[3:]),
        records=found,
    )


@st.composite
def contents(draw):
    year = draw(person_years())
    told = {(one.kind, one.record_id): draw(details) for one in year.records if draw(st.booleans())}
    return FileContent(
        year=year,
        plan=draw(st.none() | st.builds(PlanText, *[WORDS] * 6, st.none() | DAYS, WORDS)),
        statement=draw(st.none() | st.builds(StatementText, WORDS, DAYS)),
        review=draw(st.none() | st.builds(ReviewFigure, st.integers(0, 9), st.none() | WORDS, st.integers(0, 100))),
        confirmation=draw(st.none() | st.builds(Confirmation, WORDS, DAYS, WORDS)),
        details=told,
    )


def shuffled(content: FileContent, random) -> FileContent:
    """The same content as another loading might bring it."""

    def mixed(items) -> tuple:
        items = list(items)
        random.shuffle(items)
        return tuple(items)

    year = content.year
    cells = (replace(cell, lines=mixed(cell.lines), records=mixed(cell.records)) for cell in year.cells)
    year = replace(year, cells=mixed(cells), others=mixed(year.others), records=mixed(year.records), places=mixed(year.places))
    return replace(content, year=year, details=dict(mixed(content.details.items())))
