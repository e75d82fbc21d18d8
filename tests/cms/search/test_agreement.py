"""Whatever is written and whatever is asked: the database finds exactly the texts that hold the query, on SQLite and PostgreSQL alike.

Truth is worked out in Python from the text functions alone; texts and queries come from a few characters, so that they meet often.
"""

import random

import pytest
from wagtail.models import Page

from cms.core.services import add_page
from cms.search.text import query_units, recheck_text
from learning.models import ColumnPage, StudyMaterialPage

TEXTS, QUERIES = 60, 400
CHARACTERS = "天地人學学ab1２é"
BETWEEN = (" ", "，", "-", "。", "  ", ".", "\n", "（")


def some_text(chance: random.Random, longest: int) -> str:
    pieces = []
    for _piece in range(chance.randint(1, longest)):
        pieces.append("".join(chance.choices(CHARACTERS, k=chance.randint(1, 5))))
        pieces.append(chance.choice(BETWEEN))
    return "".join(pieces)


@pytest.fixture(scope="module")
def texts(module_db):
    chance = random.Random(20260415)
    column = add_page(parent=Page.objects.get(depth=2), page=ColumnPage(title="栏目", slug="column"), publish=True)
    texts = {}
    for number in range(TEXTS):
        title, text = some_text(chance, 2).strip() or "天", some_text(chance, 6)
        body = [("quote", {"text": text, "source": ""})]
        page = add_page(parent=column, page=StudyMaterialPage(title=title, slug=f"t{number}", body=body), publish=True)
        texts[page.pk] = (recheck_text(page.title), recheck_text(text))
    return texts


def holding(texts, query: str) -> set[int]:
    units = query_units(query)
    return {pk for pk, parts in texts.items() if units and all(any(unit.pattern in part for part in parts) for unit in units)}


@pytest.mark.django_db
class TestAnswers:
    def test_are_what_the_texts_hold(self, texts):
        chance = random.Random(20200417)
        wrong, met = [], 0
        for _query in range(QUERIES):
            query = some_text(chance, 2)
            if len(query) > 4 and not (expected := holding(texts, query)):
                continue  # a long query that nothing holds is asked again in words; that is another test's business
            expected = holding(texts, query)
            met += bool(expected)
            found = set(StudyMaterialPage.objects.search(query).get_queryset().values_list("pk", flat=True))
            if found != expected:
                wrong.append((query, sorted(found - expected), sorted(expected - found)))
        assert wrong == []
        assert met > QUERIES / 8, "the queries and the texts must meet for this to mean anything"

    def test_count_what_they_list(self, texts):
        chance = random.Random(1013)
        for _query in range(40):
            results = StudyMaterialPage.objects.search(some_text(chance, 1))
            assert results.count() == len(list(results))
