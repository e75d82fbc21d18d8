import io
import zipfile

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from wagtail.models import ModelLogEntry

from learning.models import ArchivePart, FileLock, FileLook, RestoredFile, StaffMember, YearArchive
from learning.portfolio.packaging import pdf
from learning.portfolio.packaging.building import private
from learning.portfolio.services.archives import build_archives
from tests.factories.bureau import make_bureau
from tests.factories.organisation import StaffMemberFactory
from tests.factories.pages import make_site, make_user
from tests.factories.portfolio import ApplicationFactory, FiveHavesFileFactory
from tests.factories.programme import at
from tests.learning.portfolio.contents import bundle, content, entries_of, package, zipped
from tests.standing import standing

NOW = at(2026, 12, 20, 9)
ARCHIVES = "/archives/"
RESTORE = "/five-haves/restore/"


@pytest.fixture(autouse=True)
def _without_pdf(monkeypatch):
    monkeypatch.setattr(pdf, "weasyprint", None)


@standing(now=NOW)
def bureau():
    make_site()
    return make_bureau()


@pytest.fixture
def archive(as_, bureau):
    as_(bureau.clerk).post(ARCHIVES, {"year": "2026", "department": bureau.office.pk})
    return YearArchive.objects.get()


def html_of(response) -> str:
    return response.content.decode()


def body_of(response) -> bytes:
    return b"".join(response.streaming_content)


def address(person, year=2026) -> str:
    return f"/five-haves/{year}/{person.pk}/package/"


def look(client, person):
    client.post(f"/five-haves/2026/{person.pk}/look/")


def written() -> tuple:
    return tuple(model.objects.count() for model in (FileLook, ModelLogEntry, YearArchive, ArchivePart, FileLock, StaffMember))


class TestFilePackage:
    def test_is_ones_own_at_once_and_writes_nothing(self, client, as_, bureau):
        assert client.get(address(bureau.member)).headers["Location"].startswith("/login/")
        ApplicationFactory(staff=bureau.member)
        before, stored = written(), private().exists("archives")
        response = as_(bureau.member).get(address(bureau.member))
        assert response.status_code == 200
        assert response.headers["Content-Type"] == "application/zip"
        assert "filename*=utf-8''%E9%99%B6" in response.headers["Content-Disposition"]
        entries = entries_of(body_of(response))
        assert "公文格式国家标准" in entries["file.json"].decode()
        assert (written(), private().exists("archives")) == (before, stored)

    def test_is_anothers_only_after_one_has_said_so(self, as_, bureau):
        client = as_(bureau.head)
        assert "打开会记入查看记录" in html_of(client.get(address(bureau.member)))
        look(client, bureau.member)
        assert "file.json" in entries_of(body_of(client.get(address(bureau.member))))
        for person in (bureau.colleague, bureau.other_head, bureau.secretary, make_user("meiren")):
            assert as_(person).get(address(bureau.member)).status_code == 404

    @pytest.mark.parametrize("path", ["/five-haves/1/{}/package/", "/five-haves/9999/{}/package/", "/five-haves/0/{}/package/"])
    def test_is_404_in_a_year_that_is_none(self, as_, bureau, path):
        assert as_(bureau.member).get(path.format(bureau.member.pk)).status_code == 404

    def test_is_404_of_nobody_and_of_a_year_before_one_came(self, as_, bureau):
        assert as_(bureau.clerk).get(f"/five-haves/2026/{10**18}/package/").status_code == 404
        assert as_(bureau.member).get(address(bureau.member, 2001)).status_code == 404

    def test_takes_the_same_statements_whatever_the_history(self, as_, bureau):
        def cost():
            with CaptureQueriesContext(connection) as statements:
                body_of(as_(bureau.member).get(address(bureau.member)))
            return len(statements)

        ApplicationFactory(staff=bureau.member)
        cost()
        few = cost()
        ApplicationFactory.create_batch(9, staff=bureau.member)
        assert cost() == few

    def test_says_what_is_wrong_where_the_lock_is_damaged(self, as_, bureau):
        FileLock.objects.create(file=FiveHavesFileFactory(staff=bureau.member), locked_at=NOW, snapshot="{}", sha256="0" * 64)
        response = as_(bureau.member).get(address(bureau.member))
        assert response.status_code == 409
        assert "与锁定时的校验值不符" in html_of(response)


class TestDepartmentPackage:
    def test_is_the_heads_and_the_committees(self, client, as_, bureau):
        url = f"/five-haves/2026/departments/{bureau.office.pk}/package/"
        assert client.get(url).headers["Location"].startswith("/login/")
        for person, status in (
            (bureau.head, 200),
            (bureau.clerk, 200),
            (bureau.leader, 404),
            (bureau.member, 404),
            (bureau.other_head, 404),
        ):
            assert as_(person).get(url).status_code == status
            if status == 404:
                assert as_(person).post(url).status_code == 404
        assert not YearArchive.objects.exists()

    def test_is_asked_for_with_post_and_downloaded_by_the_head(self, as_, bureau):
        client = as_(bureau.head)
        response = client.post(f"/five-haves/2026/departments/{bureau.office.pk}/package/")
        archive = YearArchive.objects.get()
        assert response.headers["Location"] == f"/archives/{archive.pk}/"
        assert "等待生成，0 / 3 人" in html_of(client.get(response.headers["Location"]))
        build_archives(NOW)
        assert "已生成，3 人" in html_of(client.get(response.headers["Location"]))
        handed = client.post(f"/archives/{archive.pk}/file/")
        assert len(zipfile.ZipFile(io.BytesIO(body_of(handed))).namelist()) == 6
        looks = FileLook.objects.filter(by=bureau.head.user)
        assert {look.staff for look in looks} == {bureau.member, bureau.colleague}
        assert {look.role for look in looks} == {"head"}

    def test_says_that_one_is_being_made(self, as_, bureau):
        client, url = as_(bureau.head), f"/five-haves/2026/departments/{bureau.office.pk}/package/"
        client.post(url)
        assert "正在生成" in html_of(client.post(url))

    @pytest.mark.parametrize("year", [1, 1999, 9999])
    def test_is_404_in_a_year_that_is_none(self, as_, bureau, year):
        assert as_(bureau.clerk).get(f"/five-haves/{year}/departments/{bureau.office.pk}/package/").status_code == 404

    def test_says_that_a_year_to_come_has_nothing(self, as_, bureau):
        response = as_(bureau.clerk).post(f"/five-haves/2050/departments/{bureau.office.pk}/package/")
        assert "年度应在 2000 到 2026 之间" in html_of(response)


class TestYearArchives:
    def test_are_the_committees(self, client, as_, bureau):
        assert client.get(ARCHIVES).headers["Location"].startswith("/login/")
        for person, status in ((bureau.clerk, 200), (bureau.leader, 403), (bureau.head, 403), (bureau.member, 403)):
            assert as_(person).get(ARCHIVES).status_code == status
            if status == 403:
                assert as_(person).post(ARCHIVES, {"year": "2026"}).status_code == 403
        assert not YearArchive.objects.exists()

    def test_are_asked_for(self, as_, bureau):
        client = as_(bureau.clerk)
        assert "还没有生成过" in html_of(client.get(ARCHIVES))
        response = client.post(ARCHIVES, {"year": "2026", "department": ""})
        archive = YearArchive.objects.get()
        assert (archive.department, archive.asked_by) == (None, bureau.clerk.user)
        assert response.headers["Location"] == f"/archives/{archive.pk}/"
        assert "2026年，全局" in html_of(client.get(ARCHIVES))
        assert "正在生成，不用再提" in html_of(client.post(ARCHIVES, {"year": "2026"}))

    @pytest.mark.parametrize(
        "facts",
        [
            {},
            {"year": ""},
            {"year": "x"},
            {"year": "1"},
            {"year": "9999"},
            {"year": "2026\x00"},
            {"department": "x"},
            {"department": 10**30},
        ],
    )
    def test_say_what_is_wrong(self, as_, bureau, facts):
        response = as_(bureau.clerk).post(ARCHIVES, ({"year": "2026"} | facts) if facts else {})
        assert response.status_code == 400
        assert "field-error" in html_of(response)
        assert not YearArchive.objects.exists()

    def test_cost_the_same_however_many_there_are(self, as_, bureau, archive):
        def cost():
            with CaptureQueriesContext(connection) as statements:
                assert as_(bureau.clerk).get(ARCHIVES).status_code == 200
            return len(statements)

        cost()
        few = cost()
        for year in range(2010, 2024):
            YearArchive.objects.create(year=year, asked_at=NOW, asked_by=bureau.clerk.user, department=bureau.other, state="done")
        assert cost() == few

    @pytest.mark.parametrize("query", ["?page=x", "?page=999999999999999999999", "?page=%00"])
    def test_survive_any_address(self, as_, bureau, query):
        assert as_(bureau.clerk).get(ARCHIVES + query).status_code == 200


class TestYearArchive:
    def test_is_seen_by_the_committee_and_the_head(self, client, as_, bureau, archive):
        url = f"{ARCHIVES}{archive.pk}/"
        for person, status in (
            (bureau.clerk, 200),
            (bureau.head, 200),
            (bureau.leader, 404),
            (bureau.other_head, 404),
            (bureau.member, 404),
        ):
            assert as_(person).get(url).status_code == status
            assert as_(person).get(f"{url}file/").status_code == (302 if status == 200 else 404)
            if status == 404:
                assert as_(person).post(url, {"act": "remove"}).status_code == 404
                assert as_(person).post(f"{url}file/").status_code == 404
        assert YearArchive.objects.exists()
        assert not FileLook.objects.exists()
        assert as_(bureau.clerk).get(f"{ARCHIVES}{10**18}/").status_code == 404

    def test_one_of_all_is_no_heads(self, as_, bureau):
        as_(bureau.clerk).post(ARCHIVES, {"year": "2026"})
        archive = YearArchive.objects.get()
        assert as_(bureau.head).get(f"{ARCHIVES}{archive.pk}/").status_code == 404

    def test_says_how_far_it_is_and_is_looked_at_without_writing(self, as_, bureau, archive):
        YearArchive.objects.filter(pk=archive.pk).update(state="running", done=2)
        before = written()
        html = html_of(as_(bureau.clerk).get(f"{ARCHIVES}{archive.pk}/"))
        for words in ("正在生成，2 / 3 人", '<progress class="archive-progress"', "看现在到哪里了"):
            assert words in html
        assert written() == before

    def test_names_who_failed_and_is_tried_again_with_a_button(self, as_, bureau, archive):
        YearArchive.objects.filter(pk=archive.pk).update(state="failed", message="有 1 人的档案没有做成")
        archive.parts.filter(staff=bureau.member).update(message="打包时出错。")
        client, url = as_(bureau.clerk), f"{ARCHIVES}{archive.pk}/"
        html = html_of(client.get(url))
        for words in ("没有做完", "有 1 人的档案没有做成", "陶思远", "打包时出错。", "重试"):
            assert words in html
        assert "正在重试" in html_of(client.post(url, {"act": "retry"}, follow=True))
        archive.refresh_from_db()
        assert archive.state == "waiting"
        assert "不用重试" in html_of(client.post(url, {"act": "retry"}, follow=True))

    def test_is_handed_out_with_a_look_at_everybody(self, as_, bureau, archive):
        client, url = as_(bureau.clerk), f"{ARCHIVES}{archive.pk}/file/"
        assert "还没有做完" in html_of(client.post(url, follow=True))
        build_archives(NOW)
        assert client.get(url).headers["Location"] == f"{ARCHIVES}{archive.pk}/"
        assert not FileLook.objects.exists()
        response = client.post(url)
        assert body_of(response)[:2] == b"PK"
        body_of(client.post(url))
        assert FileLook.objects.filter(by=bureau.clerk.user, role="clerk").count() == 3
        assert ModelLogEntry.objects.filter(action="portfolio.archive", data__handed_out=True).count() == 2

    def test_says_that_its_file_is_gone(self, as_, bureau, archive):
        build_archives(NOW)
        archive.refresh_from_db()
        private().delete(archive.file.name)
        assert "文件已不在磁盘上" in html_of(as_(bureau.clerk).post(f"{ARCHIVES}{archive.pk}/file/", follow=True))

    def test_is_removed(self, as_, bureau, archive):
        client, url = as_(bureau.clerk), f"{ARCHIVES}{archive.pk}/"
        assert "正在生成，还不能删去" in html_of(client.post(url, {"act": "remove"}, follow=True))
        build_archives(NOW)
        assert "已删去" in html_of(client.post(url, {"act": "remove"}, follow=True))
        assert not YearArchive.objects.exists()


def upload(client, data: bytes, name="档案.zip"):
    return client.post(RESTORE, {"file": SimpleUploadedFile(name, data)})


def token_in(response) -> str:
    return html_of(response).partition('name="token" value="')[2].partition('"')[0]


class TestRestoreFiles:
    def test_are_the_committees(self, client, as_, bureau):
        assert client.get(RESTORE).headers["Location"].startswith("/login/")
        for person in (bureau.head, bureau.leader, bureau.member):
            assert as_(person).get(RESTORE).status_code == 403
            assert upload(as_(person), package()).status_code == 403
        assert as_(bureau.clerk).get(RESTORE).status_code == 200

    def test_show_first_what_would_be_made(self, as_, bureau):
        before = written()
        response = upload(as_(bureau.clerk), package(content(name="林远舟", number="0501")))
        html = html_of(response)
        for words in ("校验值全部相符", "1 份年度档案", "1 个附件原件", "新建 1 人", "林远舟", "可以读回，新建此人"):
            assert words in html
        assert "新建科室" not in html  # 办公室 and 人事科 are here
        assert written() == before

    def test_then_write_it(self, as_, bureau):
        client = as_(bureau.clerk)
        token = token_in(upload(client, package(content(name="林远舟", number="0501"))))
        response = client.post(RESTORE, {"token": token})
        person = StaffMember.objects.get(name="林远舟")
        assert response.headers["Location"] == f"/five-haves/2026/{person.pk}/"
        assert FileLock.objects.get().file.staff == person
        assert "过期或读回过了" in html_of(client.post(RESTORE, {"token": token}, follow=True))

    def test_take_a_department(self, as_, bureau):
        client = as_(bureau.clerk)
        two = bundle({"1.zip": package(content(name="林远舟", number="0501")), "2.zip": package(content(name="林近舟", number="0502"))})
        response = client.post(RESTORE, {"token": token_in(upload(client, two))})
        assert response.headers["Location"] == "/five-haves/2026/"
        assert FileLock.objects.count() == 2

    def test_refuse_a_damaged_package_and_name_the_entry(self, as_, bureau):
        before = written()
        response = upload(as_(bureau.clerk), zipped(entries_of(package()) | {"file.json": b"{}"}))
        assert response.status_code == 400
        assert "“file.json”的内容与校验值不符" in html_of(response)
        assert written() == before

    def test_refuse_somebody_who_might_be_either(self, as_, bureau):
        response = upload(as_(bureau.clerk), package(content(number="", places=())))
        assert response.status_code == 409
        assert "本站有同名的陶思远" in html_of(response)
        assert not token_in(response)

    def test_say_that_it_was_read_back_before(self, as_, bureau):
        client = as_(bureau.clerk)
        data = package(content(name="林远舟", number="0501"))
        client.post(RESTORE, {"token": token_in(upload(client, data))})
        html = html_of(upload(client, data))
        assert "已经读回过" in html
        assert 'name="token"' not in html

    @pytest.mark.parametrize("data", [b"", b"x", b"PK\x03\x04" + b"\x00" * 100])
    def test_refuse_what_is_no_zip(self, as_, bureau, data):
        assert upload(as_(bureau.clerk), data).status_code == 400

    def test_need_a_file(self, as_, bureau):
        assert "请选择要读回的" in html_of(as_(bureau.clerk).post(RESTORE))

    @pytest.mark.parametrize("token", ["", "x", "\x00", "a:b:c"])
    def test_take_no_other_token(self, as_, bureau, token):
        assert "过期或读回过了" in html_of(as_(bureau.clerk).post(RESTORE, {"token": token}, follow=True))

    def test_take_nobody_elses_token(self, as_, bureau):
        token = token_in(upload(as_(bureau.clerk), package(content(name="林远舟", number="0501"))))
        other = make_user("dangwei2")
        other.user_permissions.set(bureau.clerk.user.user_permissions.all())
        assert "过期或读回过了" in html_of(as_(other).post(RESTORE, {"token": token}, follow=True))
        assert not FileLock.objects.exists()

    def test_wait_no_longer_than_two_hours(self, as_, bureau):
        client = as_(bureau.clerk)
        token = token_in(upload(client, package(content(name="林远舟", number="0501"))))
        with time_machine.travel(at(2026, 12, 20, 12), tick=False):
            as_(bureau.clerk)
            assert "过期" in html_of(client.post(RESTORE, {"token": token}, follow=True))


class TestRestoredFile:
    @pytest.fixture
    def kept(self, as_, bureau):
        client = as_(bureau.clerk)
        client.post(RESTORE, {"token": token_in(upload(client, package(content(name="林远舟", number="0501"))))})
        return RestoredFile.objects.get()

    def test_is_for_whoever_has_said_so(self, as_, bureau, kept):
        url, person = f"/five-haves/restored/{kept.pk}/", kept.lock.file.staff
        client = as_(bureau.clerk)
        assert "打开会记入查看记录" in html_of(client.get(url))
        look(client, person)
        response = client.get(url)
        assert body_of(response).startswith(b"%PDF")
        assert response.headers["Content-Disposition"].startswith("attachment")
        for one in (bureau.member, bureau.head):
            assert as_(one).get(url).status_code == 404

    def test_is_404_where_there_is_none(self, as_, bureau, kept):
        client = as_(bureau.clerk)
        assert client.get(f"/five-haves/restored/{10**18}/").status_code == 404
        look(client, kept.lock.file.staff)
        private().delete(kept.file.name)
        assert client.get(f"/five-haves/restored/{kept.pk}/").status_code == 404


def test_a_department_of_many_costs_no_more_to_look_at(as_, bureau, archive):
    def cost():
        with CaptureQueriesContext(connection) as statements:
            assert as_(bureau.clerk).get(f"{ARCHIVES}{archive.pk}/").status_code == 200
        return len(statements)

    cost()
    few = cost()
    ArchivePart.objects.bulk_create(
        [ArchivePart(archive=archive, staff=StaffMemberFactory(), position=10 + at, folder="x", message="打包时出错。") for at in range(9)]
    )
    assert cost() <= few + 1
