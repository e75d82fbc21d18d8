"""The benchmark stays runnable: its modules import, and its documents are the same at every run."""

import hashlib
import importlib

import pytest

from tests.bench import corpus
from tests.bench.__main__ import arguments
from tests.bench.table import against_budget, table


@pytest.mark.parametrize(
    "module",
    [
        *(
            "archives",
            "archiving",
            "contributions",
            "corpus",
            "drafts",
            "exhibitions",
            "importing",
            "imports",
            "likeness",
            "measuring",
            "pages",
            "portfolio",
            "programme",
        ),
        *("running", "search", "site", "table", "tables"),
    ],
)
def test_its_modules_import(module):
    importlib.import_module(f"tests.bench.{module}")


class TestArguments:
    def test_is_the_full_size_unless_told(self):
        assert arguments([]).size == 20_000

    def test_looks_at_small_bureaus_only_in_a_quick_run(self):
        assert arguments([]).people == (100, 1_000, 10_000)
        assert arguments(["--size", "300"]).people == (100, 300)
        assert arguments(["--people", "1000,50"]).people == (50, 1_000)
        assert arguments(["--people", "0"]).people == ()

    def test_compares_with_a_small_archive_only_in_a_quick_run(self):
        assert arguments([]).reflections == (1_000, 10_000, 100_000)
        assert arguments(["--size", "300"]).reflections == (100, 300)
        assert arguments(["--reflections", "0"]).reflections == ()

    def test_counts_small_years_only_in_a_quick_run(self):
        assert arguments([]).placements == (1_000, 10_000, 100_000)
        assert arguments(["--size", "300"]).placements == (100, 300)
        assert arguments(["--placements", "0"]).placements == ()

    def test_archives_a_hundred_and_a_thousand(self):
        assert arguments([]).archived == (100, 1_000)
        assert arguments(["--size", "300"]).archived == (10, 50)
        assert arguments(["--archived", "0"]).archived == ()

    def test_imports_ten_thousand_rows_unless_told(self):
        assert arguments([]).imported == 10_000
        assert arguments(["--size", "300"]).imported == 300
        assert arguments(["--imported", "0"]).imported == 0

    def test_refuses_a_size_that_shows_nothing(self):
        with pytest.raises(SystemExit):
            arguments(["--size", "5"])


class TestCorpus:
    @pytest.fixture
    def documents(self):
        return [corpus.document(number) for number in range(5)]

    def test_makes_the_same_documents_at_every_run(self, documents):
        assert documents == [corpus.document(number) for number in range(5)]
        text = "\n".join(document.text for document in documents)
        assert hashlib.sha256(text.encode()).hexdigest() == "b66cbb81834e263644cd7183833e4772a93f1c287bb56d400cc203ec89d47d16"

    def test_makes_each_document_a_different_one_of_some_length(self, documents):
        assert len({document.text for document in documents}) == 5
        assert all(1_300 < len(document.text) < 2_300 for document in documents)
        assert all(len(document.title) < 120 and len(document.summary) < 300 for document in documents)

    def test_asks_for_what_stands_in_the_text(self, documents):
        texts = {document.number: document.text for document in documents}
        asked = corpus.queries(5, 4)
        assert list(asked) == list(corpus.KINDS)
        for queries in asked.values():
            assert len(set(queries)) == 4
            assert all(corpus.containing(query, texts) for query in queries)

    def test_cuts_fragments_across_words(self):
        assert not set(corpus.queries(5, 4)["fragments"]) & set(corpus.WORDS)


class TestTable:
    def test_lines_up_chinese_and_latin(self):
        first, rule, *rest = table(["查询", "ms"], [["字", 1], ["word", 20]]).splitlines()
        assert first == "| 查询 | ms |"
        assert rule == "| ---- | -- |"
        assert rest == ["| 字   | 1  |", "| word | 20 |"]

    def test_says_clearly_what_is_over_budget(self):
        assert against_budget(8, 8) == "8 of 8"
        assert against_budget(9, 8) == "9 of 8 OVER BUDGET"
