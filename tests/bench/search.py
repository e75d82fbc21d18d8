"""The project's search beside stock Wagtail's: the same documents, the same questions, the same run.

Truth is what stands in the text. Both backends share one table of entries, so they take turns in it.
"""

import time
from dataclasses import dataclass, field
from statistics import mean

from django.db import DatabaseError, connection
from django.test.utils import override_settings
from modelsearch.conf import get_app_config
from wagtail.search.backends import get_search_backend

from learning.models import ArticlePage, StudyMaterialPage

from . import corpus, site
from .measuring import patient_database, repetitions, timed, timing_of
from .table import milliseconds, ratio, show

OURS, STOCK = "cms.search.backend", "wagtail.search.backends.database"
EACH = 42  # queries of a kind
PER_PAGE = 20
PATIENCE = 45  # seconds for the questions to one backend
SAVES = 25
BATCH = 1_000  # what `update_index` takes at a time


@dataclass
class Answers:
    """What one backend said to the queries of one kind."""

    recalls: list[float] = field(default_factory=list)
    precisions: list[float] = field(default_factory=list)
    walls: list[float] = field(default_factory=list)
    cpus: list[float] = field(default_factory=list)
    contradictions: int = 0  # a count or a first page that does not fit the set of matches
    refused: int = 0  # by the database: too slow

    @property
    def row(self) -> list:
        if not self.walls:
            return [self.refused, "–", "–", "–", "–"]
        taken = timing_of(self.walls, self.cpus)
        precision = f"{mean(self.precisions):.3f}" if self.precisions else "–"
        asked = f"{taken.runs + self.refused}" + (f" ({self.refused} timed out)" if self.refused else "")
        return [asked, f"{mean(self.recalls):.3f}", precision, milliseconds(taken.median), milliseconds(taken.p95)]


def measure(texts: dict[int, str], *, size: int, vendor: str, seconds: float) -> None:
    """`seconds` is what writing our index has taken; it is taken for written. Leaves the index to stock Wagtail's: the last to run."""
    queries = corpus.queries(size, repetitions(EACH, size))
    truths = {query: corpus.containing(query, texts) for asked in queries.values() for query in asked}
    pks = sorted(texts)
    for other in StudyMaterialPage.objects.exclude(slug__regex=r"^d[0-9]+$"):
        get_search_backend(OURS).delete(other)  # the articles that the pages part made have no part in the truth
    rows, costs, warnings, base = [], [], [], {}
    bare = _time_saves(pks, AUTO_UPDATE=False)
    for name, path in (("ours", OURS), ("stock", STOCK)):
        try:
            seconds = seconds if path == OURS else write_index(path, pks)
            answers = ask(path, queries, truths)
            saves = _time_saves(pks, BACKEND=path)
        except DatabaseError as error:
            connection.close()
            warnings.append(f"{name}: the database gave up: {str(error).splitlines()[0]}")
            continue
        for kind, answer in answers.items():
            median = timing_of(answer.walls, answer.cpus).median if answer.walls else 0
            if name == "ours":
                base[kind] = median
            rows.append([kind, name, *answer.row, ratio(median, base.get(kind, 0)) if median and name != "ours" else "–"])
            if answer.contradictions:
                warnings.append(f"{name}, {kind}: {answer.contradictions} counts or first pages do not fit the matches.")
        if path == OURS and not _reaches_the_index(path, pks[0]):
            warnings.append("Saving a page did not reach the index.")
        costs.append([name, f"{seconds / len(pks) * 1000:.2f}", milliseconds(saves.median), milliseconds(saves.median - bare.median)])
    rows.sort(key=lambda row: corpus.KINDS.index(row[0]))
    show(
        f"Search on {vendor}, {len(pks):,} documents of about {mean(map(len, texts.values())):,.0f} characters",
        ["queries", "backend", "asked", "recall", "precision", "median ms", "p95 ms", "to ours"],
        rows,
        f"Truth is substring containment; time is the count and the first {PER_PAGE}; each backend got {PATIENCE} s at most. "
        "What finds nothing is quick: read a time beside its recall.",
        *warnings,
    )
    show(
        f"Writing the index on {vendor}",
        ["backend", "index s per 1,000", "save one page ms", "of it the index"],
        costs,
        f"page.save() alone, with the index left out, takes {milliseconds(bare.median)} ms.",
    )


def write_index(path: str, pks: list[int]) -> float:
    """Seconds for the documents, page rows included as every rebuild reads them."""
    backend = get_search_backend(path)
    index = backend.get_index_for_model(StudyMaterialPage)
    with patient_database():
        index.reset()
    site.refresh_statistics()
    with patient_database():
        rebuilder = backend.rebuilder_class(index)
        began = time.perf_counter()
        target = rebuilder.start()
        for begin in range(0, len(pks), BATCH):
            target.add_items(StudyMaterialPage, list(StudyMaterialPage.objects.filter(pk__in=pks[begin : begin + BATCH])))
        rebuilder.finish()
        seconds = time.perf_counter() - began
    site.refresh_statistics()
    return seconds


def ask(path: str, queries: dict[str, list[str]], truths: dict[str, set[int]]) -> dict[str, Answers]:
    backend = get_search_backend(path)
    answers = {kind: Answers() for kind in queries}
    backend.search("预热", ArticlePage.objects.live()).count()
    began = time.perf_counter()
    # In turns, so that impatience leaves some of every kind.
    for asked in zip(*queries.values(), strict=True):
        for kind, query in zip(queries, asked, strict=True):
            if time.perf_counter() - began > PATIENCE:
                return answers
            try:
                _ask(backend, query, truths[query], answers[kind])
            except DatabaseError:
                connection.close()  # a broken transaction helps nobody
                answers[kind].refused += 1
    return answers


def _ask(backend, query: str, truth: set[int], answer: Answers) -> None:
    wall, cpu = time.perf_counter(), time.process_time()
    results = backend.search(query, ArticlePage.objects.live())
    count, first = results.count(), list(results[:PER_PAGE])
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    found = set(backend.search(query, ArticlePage.objects.live()).get_queryset().order_by().values_list("pk", flat=True))
    answer.walls.append(wall)
    answer.cpus.append(cpu)
    answer.recalls.append(len(found & truth) / len(truth))
    if found:
        answer.precisions.append(len(found & truth) / len(found))
    keys = {page.pk for page in first}
    answer.contradictions += count != len(found) or not keys <= found or len(keys) != min(count, PER_PAGE)


def _time_saves(pks: list[int], **entry):
    """page.save() with the backend of `entry` behind it, as an editor's save has."""
    number = repetitions(SAVES, len(pks))
    chosen = pks[:: max(len(pks) // (number + 1), 1)][: number + 1]
    pages = list(StudyMaterialPage.objects.filter(pk__in=chosen))
    with override_settings(WAGTAILSEARCH_BACKENDS={"default": {"BACKEND": OURS, **entry}}), patient_database():
        pages[0].save()
        return timed([page.save for page in pages[1:]], seconds=15)


def _reaches_the_index(path: str, pk: int) -> bool:
    """A failing index is only a line in the log; so look."""
    entries = get_app_config().get_model("IndexEntry").objects.filter(object_id=str(pk))
    page = StudyMaterialPage.objects.get(pk=pk)
    get_search_backend(path).delete(page)
    gone = not entries.exists()
    with override_settings(WAGTAILSEARCH_BACKENDS={"default": {"BACKEND": path}}):
        page.save()
    return gone and entries.exists()
