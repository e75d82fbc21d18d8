import pytest

from learning.fingerprints import fingerprints, plain
from learning.models import ComparedText, Fingerprint
from learning.reading.likeness import index_page
from learning.reading.likeness.candidates import CAP, MOST_NUMBERS, look_up
from tests.factories.pages import make_article, make_column, make_site
from tests.factories.programme import at
from tests.factories.reading import ReflectionFactory, archived_reflection
from tests.learning.reading.likeness.texts import html_of, paragraphs

pytestmark = pytest.mark.django_db


def text_of(number):
    return plain("".join(paragraphs(number)))


def archive(number):
    return archived_reflection(html_of(*paragraphs(number))).compared_text.pk


class TestLookUp:
    def test_knows_every_text_that_has_a_number(self):
        first, second = archive(1), archive(1)
        archive(2)
        looked = look_up(text_of(1), leave_out=set())
        assert set(looked.archive) == fingerprints(text_of(1))
        assert all({first, second} <= texts for texts in looked.archive.values())

    def test_leaves_out_the_text_itself(self):
        key = archive(1)
        assert not look_up(text_of(1), leave_out={key}).archive

    def test_keeps_sources_apart(self):
        page = make_article(make_column(make_site()), "材料", body=[("paragraph", "".join(paragraphs(1)))])
        index_page(page=page, now=at(2026, 11, 20, 9))
        archive(1)
        looked = look_up(text_of(1), leave_out=set())
        assert len(looked.ranked_sources()) == 1
        assert not looked.ranked_archive(), "what stands in a source says nothing about a colleague"

    def test_reads_no_more_than_so_many_texts_of_a_number(self):
        kept = ComparedText.objects.bulk_create(
            [ComparedText(reflection=ReflectionFactory(), text="", indexed_at=at(2026, 11, 20, 9)) for _ in range(CAP + 6)]
        )
        numbers = sorted(fingerprints(text_of(1)))
        Fingerprint.objects.bulk_create([Fingerprint(text=text, value=number) for text in kept for number in numbers[:3]])
        looked = look_up(text_of(1), leave_out=set())
        newest = {text.pk for text in kept[6:]}
        assert [looked.archive[number] for number in numbers[:3]] == [newest] * 3

    def test_asks_once_and_not_at_all_for_nothing(self, django_assert_num_queries):
        with django_assert_num_queries(1):
            look_up(text_of(1), leave_out=set())
        with django_assert_num_queries(0):
            look_up("短", leave_out=set())

    def test_asks_for_so_many_numbers_of_a_very_long_text(self):
        text = "".join(text_of(number) for number in range(20))
        with_one = archived_reflection(html_of(*paragraphs(4))).compared_text.pk
        looked = look_up(text, leave_out=set())
        assert len(looked.numbered) > MOST_NUMBERS
        assert looked.ranked_archive() == [with_one]


class TestRanked:
    def test_puts_what_explains_most_first_and_takes_a_copy_of_it_for_told(self):
        small, large, again = archive(3), archive(1), archive(1)
        text = text_of(1) + text_of(3)[:300]
        assert look_up(text, leave_out=set()).ranked_archive() == [large, small]
        assert large < again

    def test_is_empty_where_only_chance_has_something_in_common(self):
        archive(1)
        assert not look_up(text_of(2), leave_out=set()).ranked_archive()
