"""图书 as a kind of table import: what each row is taken for, and the whole way there and back."""

import datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given, settings
from hypothesis import strategies as st

from cms.imports.kinds import Row, register_kind
from cms.imports.models import ImportBatch
from cms.imports.services import UndoRefusedError, commit_batch, map_columns, undo_batch, upload_batch
from learning.models import Book
from learning.reading.book_import import BookKind
from tests.cms.imports.tables import workbook
from tests.factories.pages import make_user
from tests.factories.reading import BookFactory, ReadingEntryFactory

ISBN, OTHER = "9787020002207", "9787544253994"
HEADER = ["书名", "作者", "出版社", "ISBN", "内容领域", "册数", "架位", "到馆日期", "简介"]


def row(at=2, **values):
    return Row(at, {"title": "样书", **values})


def check(*rows):
    return BookKind().check(list(rows), ImportBatch(kind="books"))


def verdict_of(**values):
    (verdict,) = check(row(**values))
    return verdict


def commit(verdict, at=2):
    return BookKind().commit(Row(at, {}, cleaned=verdict.cleaned), None)


pytestmark = pytest.mark.django_db


class TestRows:
    def test_are_read_as_people_write_them(self):
        verdict = verdict_of(
            title="《样书（修订版）》",
            author=" 张三 ",
            isbn="７-02-000220-X",
            area="政治理论",
            copies="3册",
            arrived_on="2026年11月2日",
            shelf_mark="A 03",
        )
        assert verdict.state == "new"
        assert verdict.cleaned["values"] == {
            "title": "样书（修订版）",
            "author": "张三",
            "isbn": ISBN,
            "area": "political_theory",
            "copies": 3,
            "arrived_on": "2026-11-02",
            "shelf_mark": "A 03",
        }
        commit(verdict)
        book = Book.objects.get()
        assert (book.title, book.copies, book.arrived_on) == ("样书（修订版）", 3, datetime.date(2026, 11, 2))

    @pytest.mark.parametrize(("written", "copies"), [(2, 2), (2.0, 2), ("０", 0), ("2本", 2), ("32767", 32767)])
    def test_count_copies(self, written, copies):
        assert verdict_of(copies=written).cleaned["values"]["copies"] == copies

    @pytest.mark.parametrize("written", ["核心价值体系", "社会主义核心价值体系", "core_values", " 核心价值观"])
    def test_know_an_area_by_its_names(self, written):
        assert verdict_of(area=written).cleaned["values"]["area"] == "core_values"

    @pytest.mark.parametrize(
        ("values", "words"),
        [
            ({"title": ""}, "书名是空的。请补上。"),
            ({"title": "长" * 121}, "书名超过 120 个字。请缩短。"),
            ({"isbn": "9787020002200"}, "校验位不对，请对照书的封底改正，或留空。"),
            ({"isbn": 9.78702000220e12}, "请对照书的封底"),
            ({"isbn": "9787020002207/9787544253994"}, "不是 ISBN"),
            ({"area": "烹饪"}, "内容领域“烹饪”认不出。请填政治理论、政策法规、"),
            ({"copies": "若干"}, "册数“若干”不是"),
            ({"copies": "-1"}, "册数“-1”不是"),
            ({"copies": "40000"}, "请改正"),
            ({"arrived_on": "去年"}, "到馆日期“去年”认不出年月日。请写成 2026-01-05 这样。"),
            ({"arrived_on": "2026-02-30"}, "不是有效的日期"),
            ({"intro": "长" * 501}, "简介超过 500 个字"),
        ],
    )
    def test_say_what_is_wrong_and_what_to_do(self, values, words):
        verdict = verdict_of(**values)
        assert verdict.state == "error"
        assert words in "".join(verdict.messages)

    def test_that_are_sums_are_passed_over(self):
        assert verdict_of(title="合计：", copies="200").state == "skipped"

    @settings(max_examples=60, deadline=None)
    @given(
        st.dictionaries(
            st.sampled_from(["title", "isbn", "area", "copies", "arrived_on", "intro"]), st.text(max_size=8) | st.integers() | st.floats()
        )
    )
    def test_never_break(self, values):
        assert verdict_of(**values).state in ("new", "change", "same", "error", "skipped")


class TestKnownBooks:
    def test_are_known_by_isbn(self):
        book = BookFactory(title="样书", author="张三", isbn=ISBN, copies=1)
        assert verdict_of(isbn=ISBN, author="张三", copies=1).state == "same"
        verdict = verdict_of(isbn=ISBN, author="张三", copies=4, area="业务知识")
        assert (verdict.state, verdict.changes) == ("change", [("内容领域", "", "业务知识"), ("册数", "1", "4")])
        commit(verdict)
        book.refresh_from_db()
        assert (book.copies, book.area) == (4, "professional")

    def test_are_known_by_title_and_author_where_there_is_no_isbn(self):
        book = BookFactory(title="样书", author="张三", isbn=ISBN)
        for author in ({"author": "张三"}, {}):
            assert verdict_of(**author).cleaned["book"] == book.pk
        assert verdict_of(author="李四").state == "new"

    def test_are_not_guessed_where_there_are_several(self):
        BookFactory(title="样书", author="张三")
        BookFactory(title="样书", author="李四")
        assert "认不出是哪一本。请填作者或 ISBN。" in verdict_of().messages[0]
        assert verdict_of(author="李四").state == "same"

    def test_get_the_isbn_they_had_not(self):
        book = BookFactory(title="样书", author="张三")
        verdict = verdict_of(author="张三", isbn=ISBN)
        assert (verdict.cleaned["book"], verdict.changes) == (book.pk, [("ISBN", "", ISBN)])

    def test_of_another_isbn_are_another_edition_and_said_to_be(self):
        BookFactory(title="样书", isbn=OTHER)
        verdict = verdict_of(isbn=ISBN)
        assert verdict.state == "new"
        assert "作为另一版本新增" in verdict.messages[0]

    def test_lose_nothing_by_an_empty_cell(self):
        book = BookFactory(title="样书", author="张三", isbn=ISBN, publisher="某社", copies=3)
        commit(verdict_of(isbn=ISBN, publisher="", copies="", shelf_mark="A-1"))
        book.refresh_from_db()
        assert (book.author, book.publisher, book.copies, book.shelf_mark) == ("张三", "某社", 3, "A-1")


class TestDoubles:
    @pytest.mark.parametrize(
        ("first", "second"),
        [
            ({"isbn": ISBN}, {"isbn": "7-02-000220-X", "title": "写错的书名"}),
            ({"author": "张三"}, {"title": "《样书》", "author": "张三"}),
            ({"author": "张三", "isbn": ISBN}, {"author": "张三"}),
        ],
    )
    def test_are_refused_naming_both_rows(self, first, second):
        verdicts = check(row(2, **first), row(7, **second))
        assert {verdict.state for verdict in verdicts} == {"error"}
        assert all("第 2、7 行是同一本书" in verdict.messages[0] for verdict in verdicts)

    def test_of_a_known_book_are_refused_too(self):
        BookFactory(title="样书", author="张三", isbn=ISBN)
        assert {verdict.state for verdict in check(row(2, isbn=ISBN), row(3, author="张三"))} == {"error"}

    def test_are_not_two_editions(self):
        assert {verdict.state for verdict in check(row(2, isbn=ISBN), row(3, isbn=OTHER))} == {"new"}


class TestRoundTrip:
    @pytest.fixture
    def by(self):
        register_kind(BookKind())
        return make_user("clerk")

    def upload(self, by, *rows):
        data = workbook(list(rows), headings=HEADER)
        batch = upload_batch(kind="books", file=SimpleUploadedFile("图书.xlsx", data), name="图书.xlsx", by=by)
        return map_columns(
            batch=batch, mapping=batch.mapping, sheet=batch.options["sheet"], header_row=batch.options["header_row"], options={}, by=by
        )

    def test_goes_there_and_back(self, by):
        known = BookFactory(title="旧书", author="李四", isbn=OTHER, copies=1)
        rows = (
            ["《新书》", "张三", "某社", ISBN, "政治理论", "2", "A-03", "2026-11-02", "讲一个村子。"],
            ["旧书", "", "", OTHER, "", "5", "", "", ""],
        )
        batch = self.upload(by, *rows)
        assert list(batch.rows.values_list("state", flat=True)) == ["new", "change"]
        batch = commit_batch(batch=batch, by=by)
        known.refresh_from_db()
        assert (Book.objects.get(isbn=ISBN).title, known.copies) == ("新书", 5)
        undo_batch(batch=batch, by=by)
        known.refresh_from_db()
        assert (Book.objects.count(), known.copies) == (1, 1)

    def test_is_not_undone_once_somebody_reads_the_book(self, by):
        batch = commit_batch(batch=self.upload(by, ["新书", *[""] * 8]), by=by)
        ReadingEntryFactory(book=Book.objects.get())
        with pytest.raises(UndoRefusedError, match="已被阅读记录"):
            undo_batch(batch=batch, by=by)

    def test_knows_its_own_template_and_other_headings(self):
        kind = BookKind()
        assert set(kind.guess_mapping([field.label for field in kind.fields])) == {field.name for field in kind.fields}
        assert kind.guess_mapping(["题名", "责任者", "书号", "数量"]) == {"title": 0, "author": 1, "isbn": 2, "copies": 3}
        example = {field.name: field.example for field in kind.fields}
        assert check(Row(2, example))[0].state == "new"
