"""What the public pages cost an anonymous reader, in statements and in time.

The client is Django's own, without the instrumentation of test runs: that copies the context of every template it renders.
"""

from django.db import DatabaseError, connection
from django.test import Client
from wagtail.models import Page

from . import corpus, site
from .measuring import repetitions, statements_of, timed
from .table import against_budget, milliseconds, ratio, show

RUNS = 21
ARTICLE, LIST = 8, 10  # SQL statements


def measure(columns: dict[int, object], *, size: int, vendor: str) -> None:
    rows, lists = [], {}
    client = Client()

    def measured(label, address, budget=None):
        def ask():
            answer = client.get(address)
            if answer.status_code != 200:
                raise AssertionError(f"{address}: {answer.status_code}")
            return answer

        try:
            content = ask().content
            statements, repeated = statements_of(ask)
            taken = timed([ask] * repetitions(RUNS, size), seconds=6)
        except DatabaseError as error:
            connection.close()
            rows.append([label, "FAILED", "–", str(error).splitlines()[0][:60], "–", "–"])
            return None
        rows.append(
            [
                label,
                against_budget(statements, budget),
                repeated,
                milliseconds(taken.median),
                milliseconds(taken.cpu),
                f"{len(content):,}",
            ]
        )
        return statements, taken

    for number in columns:
        measured(f"article with everything, among {number:,}", _article(columns[number], links=False).url, ARTICLE)
    measured(f"the same with links and pictures in its text, among {size:,}", _article(columns[size], links=True).url)
    for number in columns:
        lists[number] = measured(f"list of 20, column of {number:,}", columns[number].url, LIST)
    measured(f"list of 20, column of {size:,}, last page", f"{columns[size].url}?page={size // 20}", LIST)
    measured(f"list of 20, column of {size:,}, one area", f"{columns[size].url}?area=professional", LIST)
    measured("home page", "/")
    asked = corpus.queries(size, 2)
    measured("search page, empty", "/search/")
    measured("search page, a word", f"/search/?q={asked['words'][0]}")
    measured("search page, a phrase", f"/search/?q={asked['phrases'][0]}")
    measured("search page, a word in one area", f"/search/?q={asked['words'][0]}&area=professional")
    measured("search page, one area without a word", "/search/?area=professional")

    show(
        f"Public pages on {vendor}, warm, anonymous, uncached, {size:,} pages",
        ["page", "statements", "repeated", "median ms", "CPU ms", "bytes"],
        rows,
        _growth(lists),
    )


def _growth(lists: dict) -> str:
    """What a longer column does to its list."""
    if None in lists.values():
        return "One of the lists failed: nothing to compare."
    first, last = min(lists), max(lists)
    same = "the same" if len({statements for statements, _taken in lists.values()}) == 1 else "NOT the same (OVER BUDGET)"
    times = ", ".join(f"{number:,}: {ratio(taken.median, lists[first][1].median)}" for number, (_statements, taken) in lists.items())
    return f"A list's statements are {same} from {first} to {last:,} pages; its time by pages in the column, {times}."


def _article(column, *, links: bool):
    related = Page.objects.child_of(column).filter(view_restrictions__isnull=True).order_by("path")[:3]
    return site.add_complete_article(column, related=list(related), with_links_and_pictures=links)
