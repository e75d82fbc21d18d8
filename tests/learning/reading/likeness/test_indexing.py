import threading

import pytest
from django.core.management import call_command
from django.db import connections
from django.utils import timezone

from learning.fingerprints import fingerprints, of_source, plain
from learning.models import ComparedText, Fingerprint, Reflection
from learning.reading.likeness import drop_page, index_missing, index_page, index_reflection
from tests.factories.pages import make_article, make_column, make_notice, make_site
from tests.factories.programme import at
from tests.factories.reading import ReflectionFactory, accepted_reflection, archived_reflection
from tests.learning.reading.likeness.texts import html_of, paragraphs

NOW = at(2026, 11, 20, 9)
LATER = at(2026, 11, 21, 9)


@pytest.fixture
def column(db):
    return make_column(make_site())


def numbers_of(text):
    return set(text.fingerprints.values_list("value", flat=True))


def body(number):
    return [("paragraph", f"<p>{''.join(paragraphs(number))}</p>")]


@pytest.mark.django_db
class TestIndexReflection:
    def test_keeps_plain_text_and_its_numbers(self):
        reflection = ReflectionFactory()
        kept = index_reflection(reflection=reflection, html=html_of(*paragraphs(1)), now=NOW)
        assert (kept.reflection, kept.text, kept.indexed_at) == (reflection, plain("".join(paragraphs(1))), NOW)
        assert numbers_of(kept) == fingerprints(kept.text)

    def test_puts_the_new_text_in_place_of_the_old(self):
        reflection = ReflectionFactory()
        index_reflection(reflection=reflection, html=html_of(*paragraphs(1)), now=NOW)
        kept = index_reflection(reflection=reflection, html=html_of(*paragraphs(2)), now=LATER)
        assert (ComparedText.objects.get(), kept.indexed_at) == (kept, LATER)
        assert numbers_of(kept) == fingerprints(plain("".join(paragraphs(2))))

    @pytest.mark.parametrize("html", ["", "<p>见照片</p>"])
    def test_keeps_nothing_of_what_is_too_short(self, html):
        reflection = archived_reflection(html_of(*paragraphs(1)))
        assert index_reflection(reflection=reflection, html=html, now=LATER) is None
        assert not ComparedText.objects.exists()
        assert not Fingerprint.objects.exists()

    def test_goes_with_the_reflection(self):
        archived_reflection(html_of(*paragraphs(1))).delete()
        assert not Fingerprint.objects.exists()

    def test_asks_as_often_for_a_long_text_as_for_a_short_one(self, django_assert_num_queries):
        for lines in (paragraphs(1)[:2], paragraphs(2)):
            reflection = archived_reflection(html_of(*paragraphs(3)))
            with django_assert_num_queries(8):  # two for its savepoint
                index_reflection(reflection=reflection, html=html_of(*lines), now=LATER)


@pytest.mark.django_db
class TestIndexPage:
    def test_keeps_numbers_of_its_own_kind(self, column):
        kept = index_page(page=make_notice(column, body=body(1)), now=NOW)
        assert numbers_of(kept) == {of_source(number) for number in fingerprints(plain("".join(paragraphs(1))))}

    def test_takes_every_block_of_text(self, column):
        page = make_article(
            column, "材料", body=[("heading", {"text": "标题很长很长", "level": "h2"}), ("quote", {"text": "引文也很长", "source": ""})]
        )
        assert index_page(page=page, now=NOW).text == "标题很长很长引文也很长"

    def test_drops_what_is_not_live_any_more(self, column):
        page = make_article(column, "材料", body=body(1))
        index_page(page=page, now=NOW)
        page.unpublish()
        assert index_page(page=page, now=LATER) is None
        assert not ComparedText.objects.exists()

    def test_keeps_no_reflection_no_alias_no_column(self, column):
        original = make_article(column, "材料", body=body(1))
        alias = original.create_alias(parent=column, update_slug="bieming")
        for page in (alias, column, accepted_reflection(html=html_of(*paragraphs(1))).page):
            assert index_page(page=page, now=NOW) is None
            assert not ComparedText.objects.filter(page=page.pk).exists()

    def test_is_undone_by_drop_page(self, column):
        page = make_article(column, "材料", body=body(1))
        index_page(page=page, now=NOW)
        drop_page(page=page)
        assert not ComparedText.objects.exists()


def handed_in(html, *, at_time=NOW, **facts) -> Reflection:
    return ReflectionFactory(html=html, state="waiting", first_handed_in_at=at_time, handed_in_at=at_time, **facts)


@pytest.mark.django_db
class TestIndexMissing:
    def test_takes_what_is_missing_and_says_so(self, column):
        handed_in(html_of(*paragraphs(1)))
        ReflectionFactory(html=html_of(*paragraphs(2)))  # a draft is nobody's
        make_article(column, "材料", body=body(3))
        make_article(column, "草稿", body=body(4), publish=False)
        ComparedText.objects.all().delete()
        assert index_missing(timezone.now()) == "编入心得 1 篇、材料 1 篇，移出材料 0 篇。"
        assert index_missing(timezone.now()) == "编入心得 0 篇、材料 0 篇，移出材料 0 篇。"

    def test_takes_what_was_handed_in_and_not_what_is_being_written(self):
        reflection = handed_in(html_of(*paragraphs(2)))
        for number, html in enumerate((html_of(*paragraphs(3)), html_of(*paragraphs(1))), 1):
            reflection.rounds.create(number=number, html=html, handed_in_at=NOW, characters=1)
        Reflection.objects.filter(pk=reflection.pk).update(state="returned")
        index_missing(LATER)
        assert ComparedText.objects.get().text == plain("".join(paragraphs(1)))

    def test_takes_what_was_handed_in_again_since(self):
        reflection = archived_reflection(html_of(*paragraphs(1)), at_time=NOW)
        Reflection.objects.filter(pk=reflection.pk).update(html=html_of(*paragraphs(2)), handed_in_at=LATER)
        index_missing(LATER)
        assert ComparedText.objects.get().text == plain("".join(paragraphs(2)))

    def test_drops_what_is_no_source_any_more(self, column):
        page = make_article(column, "材料", body=body(1))
        index_page(page=page, now=NOW)
        type(page).objects.filter(pk=page.pk).update(live=False)
        assert index_missing(LATER) == "编入心得 0 篇、材料 0 篇，移出材料 1 篇。"

    def test_takes_everything_again_if_told(self, column):
        handed_in(html_of(*paragraphs(1)))
        make_article(column, "材料", body=body(3))
        index_missing(timezone.now())
        ComparedText.objects.update(text="")
        assert index_missing(timezone.now(), again=True) == "编入心得 1 篇、材料 1 篇，移出材料 0 篇。"
        assert not ComparedText.objects.filter(text="").exists()

    def test_is_a_command(self, capsys):
        handed_in(html_of(*paragraphs(1)))
        call_command("index_likeness")
        assert "编入心得 1 篇" in capsys.readouterr().out


@pytest.mark.django_db(transaction=True)
def test_two_runs_at_once_keep_each_text_once():
    for number in range(4):
        handed_in(html_of(*paragraphs(number)[:2]))
    errors, barrier = [], threading.Barrier(2)

    def run():
        try:
            barrier.wait(timeout=20)
            index_missing(LATER)
        except Exception as error:
            errors.append(error)
        finally:
            connections.close_all()

    runs = [threading.Thread(target=run) for _ in range(2)]
    for one in runs:
        one.start()
    for one in runs:
        one.join()
    assert not errors
    assert ComparedText.objects.count() == 4
    assert all(numbers_of(text) == fingerprints(text.text) for text in ComparedText.objects.all())
