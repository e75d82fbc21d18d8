import io
import zipfile

import pytest
from django.core.files.base import ContentFile
from docx import Document
from docx.oxml.ns import qn
from PIL import Image

from learning.models import Attendance, LeaveRequest, SessionFile, SessionLecturer
from learning.programme.records import MAX_PHOTOS, as_docx, record_of
from tests.factories.organisation import StaffMemberFactory
from tests.factories.pages import make_column, make_site, make_user
from tests.factories.programme import AttendanceFactory, SessionFactory, StudyFormatFactory, at

pytestmark = pytest.mark.django_db
NOW = at(2026, 11, 24, 15)


@pytest.fixture
def user():
    return make_user("clerk")


def held(**marks):
    """A held session; `marks` are name → status."""
    session = SessionFactory(held=True, formats=[StudyFormatFactory(numeral="一")])
    for name, status in marks.items():
        AttendanceFactory(session=session, staff=StaffMemberFactory(name=name), status=status)
    return session


def add_photo(session, image_format="JPEG", caption="", data=None, name=None):
    if data is None:
        picture = io.BytesIO()
        Image.new("RGB", (40, 30), (200, 60, 60)).save(picture, image_format)
        data = picture.getvalue()
    number = session.files.count()
    file = SessionFile(session=session, original_name=f"{number}.jpg", sha256=f"{number}", caption=caption, added_at=NOW)
    file.file.save(name or f"{number}.jpg", ContentFile(data), save=True)
    return file


def opened(record):
    return Document(io.BytesIO(as_docx(record)))


def words_of(document) -> str:
    return "\n".join("".join(text.text for text in paragraph.iter(qn("w:t"))) for paragraph in document.element.iter(qn("w:p")))


class TestRecordOf:
    def test_takes_heads_and_names_from_the_roll(self, user):
        session = held(张三="present", 李四="late", 王五="absent", 赵六="duty", 钱七="sick", 孙八="left_early", 周九="unrecorded")
        for name, kind in ("赵六", "duty"), ("钱七", "sick"):
            person = Attendance.objects.get(staff__name=name).staff
            LeaveRequest.objects.create(session=session, staff=person, kind=kind, reason="说明", asked_at=NOW, state="approved")
        Attendance.objects.filter(staff__name="王五").update(is_made_up=True)
        AttendanceFactory(session=session, staff=StaffMemberFactory(name="吴十"), is_expected=False, roster_reason="借调，不列入应到")
        record = record_of(session, user=user)
        assert record.head_counts == "应到 7 人，实到 3 人，请假 2 人，缺席 1 人，未登记 1 人"
        assert record.on_leave == "赵六（公差）、钱七（病假）"  # the kind, not why
        assert record.absent == "王五（已补学）"
        assert record.unrecorded == "周九"
        assert record.besides == "迟到：李四；早退：孙八"
        assert "不列入应到：吴十，借调。" in record.attendance_lines
        assert record.attendance_line == "出勤率 33.3%（到会、迟到、线上 2 人／应到减公差 6 人）"
        assert record.completion_line == "学习完成率 42.9%（含已补学 1 人，共 3 人／应到 7 人）"

    def test_says_nothing_of_heads_before_the_roll_is_complete(self, user):
        assert record_of(SessionFactory(), user=user).attendance_lines == ["点名还没有完成。"]

    def test_says_what_is_missing_and_until_when(self, user):
        session = held()
        record = record_of(session, user=user)
        assert record.lacks == ["要点", "照片"]
        assert record.due_on.isoformat() == "2026-11-27"
        session.key_points = "一条"
        add_photo(session)
        assert record_of(session, user=user).lacks == []

    def test_has_everything_else_of_the_session(self, user):
        session = held()
        SessionLecturer.objects.create(session=session, name="刘教授", post="市委党校")
        SessionLecturer.objects.create(session=session, name="张三", position=1)
        record = record_of(session, user=user)
        assert record.when == "2026年11月24日（星期二）15:00—17:00"
        assert record.lecturer_names == "刘教授（市委党校）；张三"
        assert record.format_names == f"（一）{session.formats.get()}"
        assert record.session.audience_name == "全体人员"

    def test_asks_the_same_for_one_person_and_for_twenty(self, user, django_assert_num_queries):
        for number in (1, 20):
            session = held(**{f"职工{one}": "absent" for one in range(number)})
            with django_assert_num_queries(7):
                assert record_of(session, user=user).absent

    def test_takes_six_photographs_at_most(self, user):
        session = held()
        for _one in range(7):
            add_photo(session)
        assert len(record_of(session, user=user).photos) == MAX_PHOTOS


class TestAsDocx:
    def test_is_a_page_and_type_of_an_official_paper(self, user):
        document = opened(record_of(held(张三="absent"), user=user))
        section = document.sections[0]
        assert [round(length.mm) for length in (section.page_width, section.page_height)] == [210, 297]
        margins = (section.top_margin, section.bottom_margin, section.left_margin, section.right_margin)
        assert [round(length.mm) for length in margins] == [37, 35, 28, 26]
        fonts = {fonts.get(qn("w:eastAsia")) for fonts in document.element.iter(qn("w:rFonts"))}
        assert fonts == {"黑体", "仿宋"}
        assert "缺席：张三。" in words_of(document)

    def test_holds_what_people_type_as_text(self, user):
        session = held()
        session.title = "A&B<心得>\x0b{{ 7*7 }}\x00\ud800"
        session.key_points = "</w:t><w:br/>\n一条\x1f"
        words = words_of(opened(record_of(session, user=user)))
        assert "A&B<心得>{{ 7*7 }}" in words
        assert "1．</w:t><w:br/>\n2．一条" in words

    def test_embeds_photographs_as_jpeg_and_says_which_are_gone(self, user):
        session = held()
        add_photo(session, "WEBP", caption="会场")
        add_photo(session, data=b"no picture")
        gone = add_photo(session)
        gone.file.storage.delete(gone.file.name)
        data = as_docx(record_of(session, user=user))
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            pictures = [name for name in package.namelist() if name.startswith("word/media/")]
        assert [name.rpartition(".")[2] for name in pictures] == ["jpg"]
        words = words_of(Document(io.BytesIO(data)))
        assert "会场" in words
        assert words.count("照片文件已不在") == 2


class TestFileName:
    def test_is_chinese_and_fit_for_a_disk(self, user):
        session = held()
        session.title = 'A/B：“三会”\n"x"'
        assert record_of(session, user=user).file_name == "记实表 2026-11-24 A／B：“三会”x.docx"


class TestMaterials:
    def test_are_those_the_reader_may_read(self, user):
        column = make_column(make_site())
        session = held()
        session.materials.create(page=column.page_ptr)
        assert record_of(session, user=user).content == [f"《{column.title}》"]
        column.unpublish()
        assert record_of(session, user=user).content == []
