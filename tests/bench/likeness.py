"""What the likeness check costs as the archive grows, how many copies it finds and how often it is wrong.

The reflections are made-up documents of 1,500 characters with phrases in them that everybody writes. A planted copy is 30 % of a text
of the archive in one piece, slightly edited, in the middle of a text that is nobody's.
"""

import contextlib
import datetime
import random
import time
import tracemalloc
from collections.abc import Iterator
from dataclasses import dataclass

from django.db import connection, transaction

from learning.fingerprints import fingerprints, plain
from learning.models import ComparedText, Fingerprint, Reflection, StaffMember
from learning.periods import SHANGHAI
from learning.reading.likeness import compare, index_reflection
from learning.reading.text import html_of_text

from . import corpus
from .measuring import patient_database, repetitions, statements_of, timed
from .site import refresh_statistics
from .table import milliseconds, ratio, show

RUNS = 21
TRIES = 100  # planted copies, and unrelated texts
FOUND, FALSE = 95, 1
SHARE = 0.3  # of a text is copied
NEW = 10_000_000  # texts from this number on are in no archive
BATCH = 2_000
CACHE_KILOBYTES = 1_000_000
A_PERSON = 40  # reflections
NOW = datetime.datetime(2026, 11, 25, 9, tzinfo=SHANGHAI)
PHRASES = 5  # in each text, of those that everybody writes; the first ones in most texts
STOCK = tuple(
    (
        "通过这次学习我深受教育也深受启发进一步坚定了理想信念。在今后的工作中我将把学习成果转化为推动工作的实际行动。"
        "作为一名机关干部必须始终把学习作为一种责任和追求。学习的目的全在于运用要坚持学以致用知行合一。"
        "要不断增强学习的自觉性和主动性努力提高自身素质。书籍是人类进步的阶梯读书使人明智使人充实。"
        "结合自身岗位实际谈几点粗浅的认识和体会不当之处请批评指正。以更加饱满的热情和更加务实的作风投入到本职工作中去。"
        "坚持问题导向目标导向和结果导向相统一扎实推进各项重点任务。切实把思想和行动统一到上级的决策部署上来。"
        "教育大计教师为本办好人民满意的教育是我们共同的责任。要牢固树立全心全意为基层为学校为师生服务的意识。"
        "读完全书掩卷沉思心中久久不能平静感触良多。这本书语言朴实道理深刻值得反复品读细细体会。"
        "对照先进典型我看到了自己在思想和作风上存在的差距。以钉钉子的精神抓好各项工作的落实务求取得实实在在的成效。"
        "学而不思则罔思而不学则殆这句话对我的启发尤其深刻。下一步我将制定个人学习计划坚持每天读书不少于半小时。"
        "要做到真学真懂真信真用在学懂弄通做实上下功夫。活到老学到老是每一位机关工作人员应有的态度。"
    )
    .strip("。")
    .split("。")
)


@dataclass(frozen=True, slots=True)
class Archive:
    keys: dict[int, int]  # number of the text → key of the reflection
    people: list[StaffMember]


def essay(number: int) -> list[str]:
    """The paragraphs of a text: those of a document, with some of the phrases that everybody writes between its sentences."""
    chance = random.Random(f"{corpus.SEED}:essay:{number}")
    paragraphs = [text for kind, text in corpus.document(number).blocks if kind == "paragraph"]
    weights = [1 / (rank + 3) for rank in range(len(STOCK))]
    for phrase in chance.choices(STOCK, weights, k=PHRASES):
        at = chance.randrange(len(paragraphs))
        sentences = paragraphs[at].split("。")
        sentences.insert(chance.randrange(len(sentences)), phrase)
        paragraphs[at] = "。".join(sentences)
    return paragraphs


def planted(number: int, victim: int) -> str:
    """A new text as HTML, and in it 30 % of the text `victim`: every thirtieth character another one, some commas gone, one word put in."""
    chance = random.Random(f"{corpus.SEED}:planted:{number}")
    own, whole = essay(NEW + number), "\n".join(essay(victim))
    length = int(len(whole) * SHARE)
    begin = chance.randrange(len(whole) - length)
    copied = list(whole[begin : begin + length])
    for at, character in enumerate(copied):
        if character == "，" and chance.random() < 0.2:
            copied[at] = ""
        elif character.isalnum() and chance.random() < 1 / 30:
            copied[at] = chance.choice("".join(corpus.CONNECTIVES))
    copied.insert(chance.randrange(len(copied)), "确实")
    at = chance.randrange(len(own) + 1)
    return html_of_text("\n".join([*own[:at], "".join(copied), *own[at:]]))


def measure(sizes: tuple[int, ...], *, vendor: str) -> None:
    """Each size in turn, growing the one archive."""
    people = StaffMember.objects.bulk_create(
        [
            StaffMember(name=f"作者{number}", sort_key=f"zuozhe{number:06}", employee_number=f"L{number:06}")
            for number in range(sizes[-1] // A_PERSON + 2)
        ],
        batch_size=BATCH,
    )
    mine = Reflection.objects.create(author=people[0], title="新写的", created_at=NOW, saved_at=NOW)
    archive, rows, medians = Archive({}, people), [], {}
    for size in sizes:
        before, began = _bytes(), time.perf_counter()
        seconds = _grow(archive, size)
        kept = Fingerprint.objects.count()
        megabytes = (_bytes() - before) / 1024**2
        print(
            f"{time.perf_counter() - began:6.0f} s  {size:,} reflections, {kept:,} numbers"
            f" (texts made in {seconds['made']:.0f} s, written in {seconds['written']:.0f} s, {megabytes:,.0f} MB more)",
            flush=True,
        )
        chance = random.Random(f"{corpus.SEED}:victims:{size}")
        texts = [planted(number, chance.randrange(size)) for number in range(repetitions(RUNS, size))]
        statements, _repeated = statements_of(lambda texts=texts: compare(texts[0], reflection=mine))
        taken = timed([lambda html=html: compare(html, reflection=mine) for html in texts])
        indexed = timed([lambda html=html: index_reflection(reflection=mine, html=html, now=NOW) for html in texts])
        ComparedText.objects.filter(reflection=mine).delete()
        medians[size] = taken.median
        rows.append(
            [
                f"{size:,}",
                statements,
                *map(milliseconds, (taken.median, taken.p95, taken.cpu, indexed.median)),
                f"{_memory(texts, mine):.1f}",
            ]
        )
    first = sizes[0]
    growth = ", ".join(f"{size:,}: {ratio(median, medians[first])} for {ratio(size, first)} the texts" for size, median in medians.items())
    show(
        f"Likeness of one new reflection of 1,500 characters on {vendor}",
        ["archive", "statements", "median ms", "p95 ms", "CPU ms", "to keep it ms", "memory MB"],
        rows,
        f"compare: {growth}.",
        *_judgement(archive, mine, sizes[-1]),
    )


def _judgement(archive: Archive, mine: Reflection, size: int) -> Iterator[str]:
    """Copies found at the right text, and findings in texts that copy nothing."""
    chance = random.Random(f"{corpus.SEED}:judged:{size}")
    found, beside = 0, 0
    for number in range(TRIES):
        victim = chance.randrange(size)
        told = [finding.reflection_id for finding in compare(planted(1_000 + number, victim), reflection=mine).findings]
        found += archive.keys[victim] in told
        beside += sum(key != archive.keys[victim] for key in told)
    alarms = sum(bool(compare(html_of_text("\n".join(essay(NEW + 5_000 + number))), reflection=mine)) for number in range(TRIES))
    yield f"Planted copies of {SHARE:.0%} found: {found} of {TRIES} (at least {FOUND}{'' if found >= FOUND else ', MISSED'}); {beside} findings beside them."
    yield f"Unrelated texts with a finding: {alarms} of {TRIES} (at most {FALSE}{'' if alarms <= FALSE else ', MISSED'})."


def _memory(texts: list[str], mine: Reflection) -> float:
    """The most Python held while one text was compared, in MB; what the database keeps in memory is its own."""
    tracemalloc.start()
    try:
        for html in texts[:3]:
            compare(html, reflection=mine)
        return tracemalloc.get_traced_memory()[1] / 1024**2
    finally:
        tracemalloc.stop()


def _bytes() -> int:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()")
        else:
            cursor.execute("SELECT pg_database_size(current_database())")
        return cursor.fetchone()[0]


def _grow(archive: Archive, size: int) -> dict[str, float]:
    """Texts up to number `size`; the seconds it took to make them and to write them."""
    made = written = 0.0
    with patient_database(), _fast_writing():
        for begin in range(len(archive.keys), size, BATCH):
            numbers = range(begin, min(begin + BATCH, size))
            clock = time.perf_counter()
            texts = [plain("".join(essay(number))) for number in numbers]
            samples = [sorted(fingerprints(text)) for text in texts]
            made, clock = made + time.perf_counter() - clock, time.perf_counter()
            with transaction.atomic():
                _write(archive, numbers, texts, samples)
            written += time.perf_counter() - clock
        clock = time.perf_counter()
    refresh_statistics()  # and what leaving both has left to do
    return {"made": made, "written": written + time.perf_counter() - clock}


def _write(archive: Archive, numbers: range, texts: list[str], samples: list[list[int]]) -> None:
    reflections = Reflection.objects.bulk_create(
        [
            Reflection(
                author=archive.people[1 + number // A_PERSON],
                title=f"心得{number}",
                state="waiting",
                created_at=NOW,
                saved_at=NOW,
                first_handed_in_at=NOW,
                handed_in_at=NOW,
            )
            for number in numbers
        ],
        batch_size=BATCH,
    )
    archive.keys.update(zip(numbers, (reflection.pk for reflection in reflections), strict=True))
    kept = ComparedText.objects.bulk_create(
        [ComparedText(reflection=one, text=text, indexed_at=NOW) for one, text in zip(reflections, texts, strict=True)], batch_size=BATCH
    )
    rows = [(text.pk, value) for text, sample in zip(kept, samples, strict=True) for value in sample]
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.executemany("INSERT INTO learning_fingerprint (text_id, value) VALUES (%s, %s)", rows)
        else:
            with cursor.copy("COPY learning_fingerprint (text_id, value) FROM STDIN") as copy:
                copy.write("".join(f"{text}\t{value}\n" for text, value in rows))


@contextlib.contextmanager
def _fast_writing():
    """Millions of rows for an index of random numbers, of which every batch touches nearly every page: SQLite keeps it in memory and
    writes it once, PostgreSQL makes it afterwards."""
    unique = Fingerprint._meta.constraints[0]
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA cache_size")
            (pages,) = cursor.fetchone()
            cursor.execute(f"PRAGMA cache_size = -{CACHE_KILOBYTES}")
            with transaction.atomic():
                yield
            cursor.execute(f"PRAGMA cache_size = {pages}")
            return
        cursor.execute("SET session_replication_role = replica")  # the texts are there: no need to look for each of millions of times
        with connection.schema_editor() as editor:
            editor.remove_constraint(Fingerprint, unique)
        yield
        with connection.schema_editor() as editor:
            editor.add_constraint(Fingerprint, unique)
        cursor.execute("RESET session_replication_role")
