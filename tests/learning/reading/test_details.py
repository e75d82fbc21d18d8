"""What an archive keeps of reading and of reflections."""

import datetime

import pytest
from django.core.files.base import ContentFile

from learning.models import ReflectionFile
from learning.reading.details import application_details, log_details, reflection_details
from tests.factories.organisation import StaffMemberFactory
from tests.factories.programme import at
from tests.factories.reading import BookFactory, ReadingEntryFactory, ReflectionFactory, accepted_reflection

pytestmark = pytest.mark.django_db
DAY = datetime.date(2026, 11, 20)


@pytest.fixture
def person():
    return StaffMemberFactory(name="陶思远")


def kept_file(reflection, name="手写.jpg", content=b"bytes", sha256="a" * 64):
    return ReflectionFile.objects.create(
        reflection=reflection,
        kind="photo",
        file=ContentFile(content, name),
        original_name=name,
        sha256=sha256,
        added_at=at(2026, 11, 20),
    )


class TestLogDetails:
    def test_says_which_book_and_when(self, person):
        book = BookFactory(title="某书", author="某人", publisher="某社")
        entry = ReadingEntryFactory(staff=person, book=book, started_on=datetime.date(2026, 11, 2), finished_on=DAY)
        assert log_details(person.pk, [entry.pk])[entry.pk].facts == (
            ("书名", "某书"),
            ("作者", "某人"),
            ("出版社", "某社"),
            ("开始日期", "2026-11-02"),
            ("读完日期", "2026-11-20"),
            ("登记日期", "2026-11-20"),
        )

    def test_takes_a_free_title_as_it_was_written(self, person):
        entry = ReadingEntryFactory(staff=person, book=None, title="自己带的书", author="某人", finished_on=DAY)
        assert log_details(person.pk, [entry.pk])[entry.pk].facts[:2] == (("书名", "自己带的书"), ("作者", "某人"))

    def test_leaves_out_what_is_being_read_and_what_others_read(self, person):
        entries = [ReadingEntryFactory(staff=person), ReadingEntryFactory(finished_on=DAY)]
        assert log_details(person.pk, [one.pk for one in entries]) == {}

    @pytest.mark.parametrize("number", [1, 6])
    def test_takes_one_statement_whatever_the_number(self, person, number, django_assert_num_queries):
        entries = ReadingEntryFactory.create_batch(number, staff=person, finished_on=DAY)
        with django_assert_num_queries(1):
            assert len(log_details(person.pk, [one.pk for one in entries])) == number


class TestReflectionDetails:
    def test_keeps_the_text_in_paragraphs_and_what_became_of_it(self, person):
        one = accepted_reflection(
            author=person,
            title="读后的几点想法",
            book=BookFactory(title="某书", author="某人"),
            html="<h2>一</h2><p>第一段<strong>重点</strong></p><ul><li>一条</li></ul>",
            application="改了发文流程。\n退文少了。",
        )
        found = reflection_details(person.pk, [one.pk])[one.pk]
        assert found.facts == (
            ("题目", "读后的几点想法"),
            ("读的书", "《某书》"),
            ("作者", "某人"),
            ("首次提交", "2026-11-20"),
            ("字数", "8"),
            ("展示范围", "公开"),
            ("评阅结果", "通过"),
            ("评阅日期", "2026-11-20"),
        )
        assert found.paragraphs == ("一", "第一段重点", "一条", "用到工作中的：", "改了发文流程。", "退文少了。")

    def test_keeps_what_was_handed_in_not_what_is_being_typed(self, person):
        one = accepted_reflection(author=person, html="<p>提交的文字。</p>")
        type(one).objects.filter(pk=one.pk).update(html="<p>正在改的文字。</p>")
        assert reflection_details(person.pk, [one.pk])[one.pk].paragraphs == ("提交的文字。",)

    def test_brings_its_files_with_the_stored_checksum(self, person, settings, tmp_path):
        one = accepted_reflection(author=person)
        kept_file(one)
        (attachment,) = reflection_details(person.pk, [one.pk])[one.pk].attachments
        assert (attachment.name, attachment.sha256) == ("手写.jpg", "a" * 64)
        for _again in range(2):
            with attachment.open() as opened:
                assert opened.read() == b"bytes"

    def test_touches_no_file_before_it_is_opened(self, person):
        one = accepted_reflection(author=person)
        kept = kept_file(one)
        kept.file.storage.delete(kept.file.name)
        (attachment,) = reflection_details(person.pk, [one.pk])[one.pk].attachments
        with pytest.raises(FileNotFoundError):
            attachment.open()

    def test_leaves_out_drafts_what_was_returned_and_what_others_wrote(self, person):
        returned = accepted_reflection(author=person)
        type(returned).objects.filter(pk=returned.pk).update(state="returned", accepted_at=None)
        ones = [ReflectionFactory(author=person), returned, accepted_reflection(title="别人的")]
        assert reflection_details(person.pk, [one.pk for one in ones]) == {}

    @pytest.mark.parametrize("number", [1, 4])
    def test_takes_three_statements_whatever_the_number(self, person, number, django_assert_num_queries):
        ones = [accepted_reflection(author=person, title=f"第{count}篇") for count in range(number)]
        for one in ones:
            kept_file(one)
        with django_assert_num_queries(3):
            assert len(reflection_details(person.pk, [one.pk for one in ones])) == number


class TestApplicationDetails:
    def test_says_what_changed_and_leaves_text_and_files_to_the_reflection(self, person, django_assert_num_queries):
        one = accepted_reflection(author=person, application="改了发文流程。", book=BookFactory(title="某书"))
        kept_file(one)
        with django_assert_num_queries(1):
            found = application_details(person.pk, [one.pk])[one.pk]
        assert found.facts[:2] == (("心得", "读后的几点想法"), ("读的书", "《某书》"))
        assert (found.paragraphs, found.attachments) == (("改了发文流程。",), ())

    def test_leaves_out_a_reflection_that_says_nothing_of_it(self, person):
        one = accepted_reflection(author=person)
        assert application_details(person.pk, [one.pk]) == {}
