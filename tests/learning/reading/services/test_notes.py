import datetime

import pytest

from learning.models import Book, Reflection, StudyNote
from learning.reading.note_materials import NOTHING, Material
from learning.reading.services.drafts import AuthorLeftError
from learning.reading.services.notes import NoteError, change_note, delete_note, reflect_on, write_note
from tests.factories.organisation import StaffMemberFactory
from tests.factories.pages import make_user
from tests.factories.programme import SessionFactory, at
from tests.factories.reading import BookFactory, StudyNoteFactory

NOW = at(2026, 11, 25, 9)
LATER = at(2026, 11, 26, 9)

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader():
    person = StaffMemberFactory(name="陶思远", user=make_user("zhigong"))
    return person.user


def write(by, material=NOTHING, *, about="", quote="", text="记一笔。"):
    return write_note(material=material, about=about, quote=quote, text=text, by=by, now=NOW)


class TestWriteNote:
    def test_keeps_what_it_is_beside_and_its_title(self, reader):
        book, session = BookFactory(title="某书"), SessionFactory(title="周二学习")
        note = write(reader, Material(book=book))
        assert (note.owner, note.book, note.about, note.created_at, note.updated_at) == (reader, book, "某书", NOW, NOW)
        assert write(reader, Material(session=session), about="  第二讲\n要点 ").about == "第二讲 要点"

    def test_takes_a_title_that_is_longer_than_its_own(self, reader):
        assert len(write(reader, about="长" * 255).about) == 200

    def test_refuses_nothing(self, reader):
        with pytest.raises(NoteError, match="还没有写笔记"):
            write(reader, text=" \r\n ")

    def test_outlives_what_it_was_beside(self, reader):
        note = write(reader, Material(book=BookFactory(title="某书")))
        Book.objects.all().delete()
        note.refresh_from_db()
        assert (note.book, note.about) == (None, "某书")


class TestChangeNote:
    def test_changes_the_text_and_the_time_and_no_more(self, reader):
        note = write(reader, Material(book=BookFactory()))
        changed = change_note(note=note, about="别的", quote="一\r\n二", text="改过。", by=reader, now=LATER)
        assert (changed.about, changed.quote, changed.text, changed.updated_at) == ("别的", "一\n二", "改过。", LATER)
        assert (changed.created_at, changed.book) == (NOW, note.book)

    def test_is_the_owners_alone(self, reader):
        note = write(reader)
        root = make_user("root", is_superuser=True)
        with pytest.raises(StudyNote.DoesNotExist):
            change_note(note=note, about="", quote="", text="改", by=root, now=NOW)
        with pytest.raises(StudyNote.DoesNotExist):
            delete_note(note=note, by=root)
        with pytest.raises(StudyNote.DoesNotExist):
            reflect_on(note=note, by=root, now=NOW)


class TestReflectOn:
    def test_makes_a_draft_with_the_quotation_marked_as_one(self, reader):
        book, session = BookFactory(title="某书"), SessionFactory()
        note = write(reader, Material(book=book, session=session), quote="原文一\n原文二", text="<b>想到</b>的\n两点 & 一点")
        made = reflect_on(note=note, by=reader, now=LATER)
        assert made.html == "<blockquote><p>原文一</p><p>原文二</p></blockquote><p>&lt;b&gt;想到&lt;/b&gt;的</p><p>两点 &amp; 一点</p>"
        assert (made.author.user, made.book, made.session, made.state, made.title) == (reader, book, session, "draft", "读《某书》有感")
        note.refresh_from_db()
        assert (note.reflection, note.updated_at) == (made, NOW)

    @pytest.mark.parametrize(("about", "title"), [("某份材料", "“某份材料”学习心得"), ("长" * 200, "长" * 120), ("", "")])
    def test_proposes_a_title(self, reader, about, title):
        assert reflect_on(note=write(reader, about=about), by=reader, now=NOW).title == title

    def test_leads_to_the_same_one_again(self, reader):
        note = write(reader)
        first = reflect_on(note=note, by=reader, now=NOW)
        assert reflect_on(note=note, by=reader, now=LATER) == first
        assert Reflection.objects.count() == 1

    def test_makes_another_when_the_first_was_thrown_away(self, reader):
        note = write(reader)
        reflect_on(note=note, by=reader, now=NOW).delete()
        assert reflect_on(note=note, by=reader, now=LATER).pk == Reflection.objects.get().pk

    def test_tells_an_account_that_is_nobodys_whom_to_ask(self):
        note = StudyNoteFactory(owner=make_user("bianji"))
        with pytest.raises(NoteError, match="人员名册"):
            reflect_on(note=note, by=note.owner, now=NOW)

    def test_is_not_for_somebody_who_has_left(self, reader):
        note = write(reader)
        reader.staff_member.left_on = datetime.date(2026, 11, 1)
        reader.staff_member.save()
        with pytest.raises(AuthorLeftError):
            reflect_on(note=note, by=reader, now=NOW)
        note.refresh_from_db()
        assert note.reflection is None


class TestDeleteNote:
    def test_leaves_the_reflection_that_was_made_of_it(self, reader):
        note = write(reader)
        made = reflect_on(note=note, by=reader, now=NOW)
        delete_note(note=note, by=reader)
        assert not StudyNote.objects.exists()
        assert Reflection.objects.get() == made
