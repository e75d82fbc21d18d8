"""What an archive keeps of the books somebody read and of the reflections they handed in."""

from collections.abc import Collection

from ..evidence import Detail, detail_of, paragraphs_of
from ..periods import local_day
from .choices import HANDED_IN
from .models import ReadingEntry, Reflection, ReviewRound
from .text import passages_of


def log_details(staff_id: int, entry_ids: Collection[int]) -> dict[int, Detail]:
    """One statement."""
    entries = ReadingEntry.objects.finished().filter(staff=staff_id, pk__in=entry_ids).select_related("book")
    return {entry.pk: _of_entry(entry) for entry in entries}


def _of_entry(entry: ReadingEntry) -> Detail:
    book = entry.book
    return detail_of(
        [
            ("书名", book.title if book else entry.title),
            ("作者", book.author if book else entry.author),
            ("出版社", book.publisher if book else ""),
            ("ISBN", book.isbn if book else ""),
            ("开始日期", str(entry.started_on)),
            ("读完日期", str(entry.finished_on)),
            ("登记日期", str(entry.recorded_on)),
        ]
    )


def reflection_details(staff_id: int, reflection_ids: Collection[int]) -> dict[int, Detail]:
    """The text as it was handed in last, what became of it, and the author's own files. Three statements."""
    reflections = _handed_in(staff_id, reflection_ids).prefetch_related("rounds__decided_by", "files")
    return {one.pk: _of_reflection(one) for one in reflections}


def application_details(staff_id: int, reflection_ids: Collection[int]) -> dict[int, Detail]:
    """What changed at work by it; the text and the files are those of the reflection. One statement."""
    return {
        one.pk: detail_of([("心得", one.title), *_written_on(one)], paragraphs_of(one.application))
        for one in _handed_in(staff_id, reflection_ids).exclude(application="").defer("html")
    }


def _handed_in(staff_id: int, reflection_ids: Collection[int]):
    found = Reflection.objects.filter(author=staff_id, pk__in=reflection_ids, state__in=HANDED_IN)
    return found.select_related("book", "session", "department")


def _written_on(one: Reflection) -> list[tuple[str, str]]:
    return [
        ("读的书", f"《{one.book_name}》" if one.book_name else ""),
        ("作者", one.book.author if one.book else ""),
        ("学习活动", one.session.title if one.session else ""),
    ]


def _of_reflection(one: Reflection) -> Detail:
    newest = max(one.rounds.all(), key=lambda found: found.number, default=None)
    paragraphs = [passage.text for passage in passages_of(newest.html if newest else one.html)]
    if changed := paragraphs_of(one.application):
        paragraphs += ["用到工作中的：", *changed]
    facts = [
        ("题目", one.title),
        *_written_on(one),
        ("提交时的科室", one.department.name if one.department else ""),
        ("首次提交", str(local_day(one.first_handed_in_at))),
        ("字数", str(newest.characters if newest else one.characters)),
        ("展示范围", one.get_consent_display()),
        *_result_of(newest),
    ]
    return detail_of(facts, paragraphs, one.files.all())


def _result_of(newest: ReviewRound | None) -> list[tuple[str, str]]:
    if newest is None or newest.decided_at is None:
        return [("评阅结果", "待评阅")]
    return [
        ("评阅结果", newest.get_verdict_display()),
        ("评阅日期", str(local_day(newest.decided_at))),
        ("评阅人", newest.decided_by.get_full_name() if newest.decided_by else ""),
        ("评阅意见", newest.note),
    ]
