import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from learning.fingerprints import fingerprints, plain
from learning.models import ComparedText, Fingerprint, Reflection
from learning.reading.likeness import compare, index_page, index_reflection
from learning.reading.likeness.comparing import LONG_QUOTATION
from tests.factories.organisation import StaffMemberFactory
from tests.factories.pages import make_article, make_column, make_notice, make_site, make_user
from tests.factories.programme import SessionFactory, at
from tests.factories.reading import ReflectionFactory, accepted_reflection, archived_reflection
from tests.learning.reading.likeness.texts import STOCK, edited, html_of, paragraphs
from tests.standing import standing

pytestmark = pytest.mark.django_db

NOW = at(2026, 11, 20, 9)


@pytest.fixture
def mine():
    return ReflectionFactory(author=StaffMemberFactory(user=make_user("xiezuozhe")))


@standing()
def column():
    return make_column(make_site())


def source(column, title, text, *, make=make_article, **facts):
    page = make(column, title, body=[("paragraph", f"<p>{text}</p>")], **facts)
    index_page(page=page, now=NOW)
    return page


def kinds(likeness):
    return [(finding.passage, str(finding.kind)) for finding in likeness.findings]


class TestCompare:
    def test_finds_a_passage_of_a_colleague_and_nothing_else(self, mine):
        other = archived_reflection(html_of(*paragraphs(1)))
        archived_reflection(html_of(*paragraphs(2)))
        own = paragraphs(3)
        (finding,) = compare(html_of(*own[:3], paragraphs(1)[4], *own[3:]), reflection=mine).findings
        assert (finding.passage, finding.kind, finding.reflection_id, finding.page_id) == (3, "archive", other.pk, None)
        assert finding.similarity == 100
        assert finding.text == paragraphs(1)[4]

    def test_finds_nothing_in_texts_of_their_own(self, mine):
        for number in range(1, 6):
            archived_reflection(html_of(*paragraphs(number)))
        assert not compare(html_of(*paragraphs(6)), reflection=mine).findings

    def test_finds_nothing_for_an_empty_text_or_archive(self, mine):
        assert not compare("", reflection=mine)
        assert not compare(html_of(*paragraphs(1)), reflection=mine)

    def test_needs_no_reflection(self):
        archived_reflection(html_of(*paragraphs(1)))
        assert kinds(compare(html_of(paragraphs(1)[0]))) == [(0, "archive")]

    def test_leaves_out_what_was_handed_in_of_the_same_reflection(self):
        before = archived_reflection(html_of(*paragraphs(1)))
        assert not compare(html_of(*paragraphs(1)), reflection=before)

    def test_marks_what_the_author_wrote_before(self, mine):
        archived_reflection(html_of(*paragraphs(1)), author=mine.author, title="去年写的")
        (finding,) = compare(html_of(paragraphs(1)[2]), reflection=mine).findings
        assert (finding.kind, finding.label) == ("own", "您以前写的《去年写的》")

    def test_gives_one_finding_a_passage_and_text_in_reading_order(self, mine):
        first, second = archived_reflection(html_of(*paragraphs(1))), archived_reflection(html_of(*paragraphs(2)))
        mixed = paragraphs(2)[0] + paragraphs(3)[0] + paragraphs(2)[1]
        likeness = compare(html_of(mixed, paragraphs(1)[0], paragraphs(1)[1]), reflection=mine)
        assert [(one.passage, one.reflection_id) for one in likeness.findings] == [(0, second.pk), (1, first.pk), (2, first.pk)]
        assert "……" in likeness.findings[0].text

    def test_does_not_report_what_everybody_writes(self, mine):
        for number in range(1, 13):
            archived_reflection(html_of(STOCK, *paragraphs(number)[:2]))
        likeness = compare(html_of(STOCK + "。", paragraphs(1)[1]), reflection=mine)
        assert kinds(likeness) == [(1, "archive")]

    def test_reports_what_many_have_copied(self, mine):
        for _ in range(12):
            archived_reflection(html_of(*paragraphs(1)))
        assert kinds(compare(html_of(paragraphs(5)[0], paragraphs(1)[3]), reflection=mine)) == [(1, "archive")]

    @pytest.mark.parametrize("change", [lambda text: text.replace("，", "。"), lambda text: text.replace("。", "　"), str.swapcase])
    def test_is_not_misled_by_marks_and_width(self, mine, change):
        archived_reflection(html_of(*paragraphs(1)))
        assert kinds(compare(html_of(paragraphs(4)[0], change(paragraphs(1)[2])), reflection=mine)) == [(1, "archive")]

    @given(st.integers(0, 8), st.integers(0, 6), st.integers(0, 99))
    @settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    def test_finds_a_slightly_edited_copy_wherever_it_stands(self, mine, place, first, seed):
        other = Reflection.objects.exclude(pk=mine.pk).first() or archived_reflection(html_of(*paragraphs(1)))
        lines = paragraphs(3)
        copied = [edited(text, seed=seed) for text in paragraphs(1)[first : first + 2]]
        likeness = compare(html_of(*lines[:place], *copied, *lines[place:]), reflection=mine)
        assert {(one.passage, one.reflection_id) for one in likeness.findings} == {(place, other.pk), (place + 1, other.pk)}

    def test_writes_nothing(self, mine):
        archived_reflection(html_of(*paragraphs(1)))
        with CaptureQueriesContext(connection) as captured:
            compare(html_of(*paragraphs(1)), reflection=mine)
        assert all(query["sql"].lstrip().startswith("SELECT") for query in captured.captured_queries)


class TestCompareWithSources:
    def test_reports_an_unquoted_passage_of_an_article(self, mine, column):
        page = source(column, "关于读书的通知", paragraphs(1)[0], make=make_notice)
        (finding,) = compare(html_of(paragraphs(2)[0], paragraphs(1)[0]), reflection=mine).findings
        assert (finding.passage, finding.kind, finding.page_id) == (1, "source", page.pk)
        assert finding.label == "与《关于读书的通知》原文相同，若是引用请加引号"
        assert finding.url == page.url

    @pytest.mark.parametrize("frame", ["<p>文件要求：“{}”。</p>", "<blockquote><p>{}</p></blockquote>", "<p>「{}」</p>"])
    def test_leaves_out_what_is_quoted(self, mine, column, frame):
        source(column, "通知", paragraphs(1)[0])
        assert not compare(frame.format(paragraphs(1)[0]), reflection=mine)

    def test_never_says_of_two_who_quote_one_document_that_they_resemble(self, mine, column):
        source(column, "通知", "".join(paragraphs(1)))
        archived_reflection(html_of(f"“{paragraphs(1)[0]}”", paragraphs(1)[1], *paragraphs(2)))
        likeness = compare(html_of(f"“{paragraphs(1)[0]}”", paragraphs(1)[1], *paragraphs(3)), reflection=mine)
        assert kinds(likeness) == [(1, "source")]

    def test_still_finds_what_the_two_have_in_common_beside_it(self, mine, column):
        source(column, "通知", paragraphs(1)[0])
        archived_reflection(html_of(paragraphs(1)[0], *paragraphs(2)))
        assert kinds(compare(html_of(paragraphs(1)[0], paragraphs(2)[1]), reflection=mine)) == [(0, "source"), (1, "archive")]

    def test_finds_the_document_that_a_hundred_have_copied(self, mine, column):
        source(column, "通知", "".join(paragraphs(1)))
        kept = ComparedText.objects.bulk_create([ComparedText(reflection=ReflectionFactory(), text="", indexed_at=NOW) for _ in range(70)])
        numbers = fingerprints(plain("".join(paragraphs(1))))
        Fingerprint.objects.bulk_create([Fingerprint(text=text, value=number) for text in kept for number in numbers])
        assert kinds(compare(html_of(paragraphs(1)[0]), reflection=mine)) == [(0, "source")]

    def test_reads_the_materials_of_the_session_in_any_case(self, mine, column):
        session = SessionFactory()
        sentence = paragraphs(1)[0][:60]
        page = source(column, "会上学的材料", sentence)
        session.materials.create(page=page)
        for number in range(12):
            source(column, f"其他材料{number}", sentence + paragraphs(2)[0])
        likeness = compare(html_of(sentence, *paragraphs(3)), reflection=mine, session=session)
        assert [one.page_id for one in likeness.findings] in ([page.pk], [])
        mine.session = session
        assert compare(html_of(sentence, *paragraphs(3)), reflection=mine) == likeness

    def test_reports_a_quotation_of_a_colleague_only_if_it_is_long(self, mine):
        long = paragraphs(1)[0]
        short = long[:40]
        assert len(plain(long)) > LONG_QUOTATION
        archived_reflection(html_of(*paragraphs(1)))
        assert not compare(html_of(f"他说：“{short}”。", *paragraphs(2)), reflection=mine)
        assert kinds(compare(html_of(f"“{long}”", *paragraphs(2)), reflection=mine)) == [(0, "archive")]


def told_beside(other, mine):
    index_reflection(reflection=other, html=other.html, now=NOW)
    (finding,) = compare(html_of(paragraphs(1)[0]), reflection=mine).findings
    return finding


class TestWhatTheAuthorIsTold:
    def test_is_title_and_address_of_what_may_be_read(self, mine):
        make_site()
        other = accepted_reflection(html=html_of(*paragraphs(1)), consent="internal", title="展出的题目")
        finding = told_beside(other, mine)
        assert (finding.label, finding.url) == ("心得《展出的题目》", other.page.url or "")

    def test_is_nothing_of_what_may_not(self, mine):
        other = accepted_reflection(html=html_of(*paragraphs(1)), consent="none", title="不给人看的题目")
        finding = told_beside(other, mine)
        assert (finding.label, finding.url) == ("档案中另一篇心得", "")
        assert "不给人看" not in str(finding)
        assert other.author.name not in str(finding)

    def test_is_nothing_of_what_waits_for_its_review(self, mine):
        archived_reflection(html_of(*paragraphs(1)), title="还没通过的题目")
        (finding,) = compare(html_of(paragraphs(1)[0]), reflection=mine).findings
        assert finding.label == "档案中另一篇心得"

    def test_is_only_the_authors_own_words(self, mine):
        archived_reflection(html_of(*paragraphs(1)))
        written = edited(paragraphs(1)[0], every=20, seed=3)
        (finding,) = compare(html_of(written), reflection=mine).findings
        assert finding.text in written
        assert 75 <= finding.similarity < 100

    def test_is_no_title_of_a_page_that_is_closed_to_the_author(self, mine, column):
        page = source(column, "只给内部看的材料", paragraphs(1)[0])
        page.view_restrictions.create(restriction_type="login")
        someone = ReflectionFactory()  # of a person without an account
        told = [compare(html_of(paragraphs(1)[0]), reflection=one).findings[0].label for one in (mine, someone)]
        assert told == ["与《只给内部看的材料》原文相同，若是引用请加引号", "与本站一篇材料原文相同，若是引用请加引号"]


def fill_archive(numbers):
    author = StaffMemberFactory()
    written = {"author": author, "state": "waiting", "created_at": NOW, "saved_at": NOW, "first_handed_in_at": NOW, "handed_in_at": NOW}
    texts = {number: plain("".join(paragraphs(number)[:2])) for number in numbers}
    reflections = Reflection.objects.bulk_create([Reflection(**written) for _ in texts])
    kept = ComparedText.objects.bulk_create(
        [ComparedText(reflection=one, text=text, indexed_at=NOW) for one, text in zip(reflections, texts.values(), strict=True)]
    )
    Fingerprint.objects.bulk_create([Fingerprint(text=one, value=number) for one in kept for number in fingerprints(one.text)])


class TestStatements:
    def test_are_as_many_with_three_texts_as_with_three_hundred(self, mine, column):
        source(column, "通知", paragraphs(900)[0])
        html = html_of(paragraphs(1)[0], paragraphs(900)[0], paragraphs(2)[0], *paragraphs(901))
        asked = []
        for numbers in (range(1, 4), range(4, 301)):
            fill_archive(numbers)
            cache.clear()
            with CaptureQueriesContext(connection) as captured:
                likeness = compare(html, reflection=mine)
            assert kinds(likeness) == [(0, "archive"), (1, "source"), (2, "archive")]
            asked.append(len(captured))
        assert asked[0] == asked[1] <= 9  # the ninth: where the site's root is, from the cache next time
