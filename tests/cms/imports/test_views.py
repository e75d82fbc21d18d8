import datetime
import io

import openpyxl
import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from cms.imports.models import ImportBatch
from learning.models import StaffMember
from tests.factories.organisation import LeadingGroupOfficeFactory, StaffMemberFactory

from .tables import upload, workbook

DAY = datetime.date(2026, 1, 5)
ROWS = [["张三", "0012", "基础教育科", "=1+1", "", DAY], ["李四", "0013", "没有的科", "", "", DAY]]
STEPS = [
    ("start", "get", ()), ("map", "get", (0,)), ("review", "get", (0,)), ("done", "get", (0,)), ("undo", "get", (0,)),
    ("undo", "post", (0,)), ("commit", "post", (0,)), ("skip_errors", "post", (0,)), ("recheck", "post", (0,)), ("problems", "get", (0,)),
    ("file", "get", (0,)), ("batch", "get", (0,)), ("decide", "post", (0, 1)), ("template", "get", ("roster",)), ("start", "post", ()),
]  # fmt: skip


@pytest.fixture
def root(client, clerk):
    client.force_login(clerk)
    return client


def somebody(django_user_model, name, *permissions):
    user = django_user_model.objects.create_user(name)
    user.user_permissions.set(Permission.objects.filter(codename__in=["access_admin", *permissions]))
    return user


def url(name, batch=None, *more):
    return reverse(f"imports:{name}", args=[batch.pk, *more] if batch else [])


class TestTheFourSteps:
    def test_lead_from_the_file_to_the_people_and_back(self, root, department):
        assert root.get(url("start")).status_code == 200
        data = workbook(ROWS, title="花名册")
        answer = root.post(url("start"), {"kind": "roster", "file": upload(data)})
        batch = ImportBatch.objects.get()
        assert answer.url == url("map", batch)

        page = root.get(url("map", batch))
        html = page.content.decode()
        assert 'aria-current="step"' in html
        assert "（表头）" in html
        mapping = page.context["form"].initial
        answer = root.post(url("map", batch), mapping)
        assert answer.url == url("review", batch)

        html = root.get(url("review", batch)).content.decode()
        assert html.index("没有的科") < html.index("张三")  # errors first
        assert "确认导入" not in html
        refused = root.post(url("commit", batch), follow=True).content.decode()
        assert "还有 1 行有错误或需选择" in refused
        row = batch.rows.get(number=4)
        answer = root.post(url("decide", batch, row.pk), {"decision": "skip", "state": "error", "p": "1"})
        assert answer.url == f"{url('review', batch)}?state=error&p=1#row-4"
        assert "确认导入" in root.get(url("review", batch)).content.decode()
        answer = root.post(url("commit", batch), follow=True)
        assert answer.redirect_chain[-1][0] == url("done", batch)
        assert StaffMember.objects.get().name == "张三"

        again = root.post(url("commit", batch), follow=True).content.decode()
        assert "没有重复写入" in again
        assert root.get(url("review", batch)).url == root.get(url("map", batch)).url == url("done", batch)
        assert b"".join(root.get(url("file", batch)).streaming_content) == data

        assert "新增的 1 行" in root.get(url("undo", batch)).content.decode()
        answer = root.post(url("undo", batch), follow=True)
        assert "已撤销" in answer.content.decode()
        assert not StaffMember.objects.exists()
        assert root.get(url("undo", batch)).url == url("batch", batch)

    def test_tell_why_a_file_is_refused(self, root):
        answer = root.post(url("start"), {"kind": "roster", "file": upload(b"MZ")})
        assert "不是 xlsx 格式" in answer.context["form"].errors["file"][0]
        assert root.post(url("start"), {"kind": "other"}).context["form"].errors.keys() == {"kind", "file"}

    def test_tell_why_columns_are_refused(self, root, checked):
        batch = checked(ROWS)
        answer = root.post(url("map", batch), {"field_name": 0, "field_department": 0, "field_started_on": 5})
        assert "请一列只对应一个栏目" in answer.content.decode()

    def test_read_another_header_row(self, root, checked):
        batch = checked(ROWS)
        page = root.get(url("map", batch), {"sheet": "花名册", "header_row": "2"})
        assert page.context["header_row"] == 2
        assert root.get(url("map", batch), {"sheet": "没有", "header_row": "²"}).url == url("map", batch)

    def test_tell_why_an_undo_is_refused(self, root, checked):
        batch = checked(ROWS[:1])
        root.post(url("commit", batch))
        LeadingGroupOfficeFactory(staff=StaffMember.objects.get())
        html = root.post(url("undo", batch)).content.decode()
        assert "第 2 行：人员“张三”" in html
        assert "什么都没有改动" in html

    def test_show_before_and_after_and_escape_what_the_file_says(self, root, checked, department):
        StaffMemberFactory(name="张三", employee_number="0012", posted_to=department)
        batch = checked([["张三", "0012", "基础教育科", "<script>alert(1)</script>", "", DAY]])
        html = root.get(url("review", batch)).content.decode()
        assert "<del>基础教育科，自 2024-03-01</del>" in html
        assert "&lt;script&gt;alert(1)" in html
        assert "<script>alert(1)" not in html

    def test_skip_and_check_again(self, root, checked):
        batch = checked(ROWS)
        root.post(url("skip_errors", batch), {"state": "nonsense", "p": "x"})
        root.post(url("recheck", batch))
        assert set(batch.rows.values_list("state", flat=True)) == {"new", "skipped"}

    def test_page_and_filter(self, root, checked):
        batch = checked([[f"职工{chr(0x4E00 + n)}", f"9{n:03}", "基础教育科", "", "", DAY] for n in range(60)] + ROWS[1:])
        page = root.get(url("review", batch))
        assert len(page.context["page_obj"]) == 50
        assert page.context["page_obj"][0].state == "error"
        assert len(root.get(url("review", batch), {"p": 2}).context["page_obj"]) == 11
        assert len(root.get(url("review", batch), {"state": "error"}).context["page_obj"]) == 1

    def test_take_few_statements(self, root, checked, django_assert_max_num_queries):
        batch = checked([[f"职工{chr(0x4E00 + n)}", f"{n:04}", "基础教育科", "", "", DAY] for n in range(60)])
        root.get(url("review", batch))
        with django_assert_max_num_queries(15):
            root.get(url("review", batch))


class TestDownloads:
    def test_a_template_has_the_headings_and_text_cells(self, root):
        answer = root.get(reverse("imports:template", args=["roster"]))
        sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets[0]
        assert [cell.value for cell in sheet[1]][:3] == ["姓名*", "工号", "科室/单位*"]
        assert {cell.data_type for cell in sheet[2] if cell.value} == {"s"}
        assert root.get(reverse("imports:template", args=["other"])).status_code == 404

    def test_a_filled_template_comes_back_in(self, root, department):
        template = root.get(reverse("imports:template", args=["roster"])).content
        root.post(url("start"), {"kind": "roster", "file": upload(template)})
        batch = ImportBatch.objects.get()
        assert set(batch.mapping) == {"name", "number", "department", "above", "title", "is_head", "branch", "role", "started_on"}

    def test_problem_rows_never_hold_a_formula(self, root, checked):
        batch = checked([["李四", "0013", "没有的科", "=cmd|'/c calc'!A1", "", DAY], ROWS[0]])
        answer = root.get(url("problems", batch))
        sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets[0]
        rows = list(sheet.iter_rows())
        assert len(rows) == 2
        assert rows[1][3].value == "=cmd|'/c calc'!A1"
        assert {cell.data_type for cell in rows[1] if cell.value} == {"s"}
        assert (rows[1][6].value, "没有科室" in rows[1][7].value) == ("2", True)


class TestWhoMay:
    @pytest.mark.parametrize(("name", "method", "args"), STEPS)
    def test_nobody_without_the_permission(self, client, django_user_model, checked, name, method, args):
        batch = checked(ROWS)
        args = [batch.pk if arg == 0 else batch.rows.first().pk if arg == 1 else arg for arg in args]
        address = reverse(f"imports:{name}", args=args)
        assert getattr(client, method)(address).url.startswith("/login/")
        client.force_login(somebody(django_user_model, "editor"))
        assert getattr(client, method)(address).url == reverse("wagtailadmin_home")
        assert getattr(client, method)(address, headers={"x-requested-with": "XMLHttpRequest"}).status_code == 403

    @pytest.mark.parametrize(("name", "method", "args"), [step for step in STEPS if 0 in step[2]])
    def test_nobody_into_the_batch_of_another(self, client, django_user_model, checked, name, method, args):
        batch = checked(ROWS)
        args = [batch.pk if arg == 0 else batch.rows.first().pk for arg in args]
        permissions = ("add_importbatch", "view_importbatch", "add_staffmember", "change_staffmember")
        client.force_login(somebody(django_user_model, "other", *permissions))
        address = reverse(f"imports:{name}", args=args)
        assert getattr(client, method)(address).url == reverse("wagtailadmin_home")
        batch.refresh_from_db()
        assert batch.state == "checked"

    def test_a_kind_needs_its_own_permissions_too(self, client, django_user_model):
        client.force_login(somebody(django_user_model, "helper", "add_importbatch"))
        page = client.get(url("start"))
        assert page.context["kinds"] == []
        assert "没有可以导入的种类" in page.content.decode()
        assert client.get(reverse("imports:template", args=["roster"])).url == reverse("wagtailadmin_home")

    def test_a_clerk_may_with_all_of_them(self, client, django_user_model, checked):
        user = somebody(django_user_model, "other", "add_importbatch", "add_staffmember", "change_staffmember")
        client.force_login(user)
        assert client.get(url("review", checked(ROWS, by=user))).status_code == 200

    def test_a_row_belongs_to_its_batch(self, root, checked):
        one, other = checked(ROWS), checked(ROWS[:1])
        assert root.post(url("decide", one, other.rows.get().pk), {"decision": "skip"}).status_code == 404

    @pytest.mark.parametrize("name", ["commit", "skip_errors", "recheck"])
    def test_nothing_is_changed_by_a_link(self, root, checked, name):
        assert root.get(url(name, checked(ROWS))).status_code == 405


class TestRegister:
    def test_lists_batches_with_a_link_and_no_way_to_change_them(self, root, checked):
        batch = checked(ROWS)
        html = root.get(reverse("imports_register_modeladmin_index")).content.decode()
        assert url("batch", batch) in html
        assert "人员花名册" in html
        assert "待确认" in html
        assert "/edit/" not in html
        assert "/delete/" not in html
        assert "/create/" not in html

    def test_shows_a_clerk_the_own_batches(self, client, django_user_model, checked):
        checked(ROWS)
        client.force_login(somebody(django_user_model, "other", "add_importbatch"))
        assert "花名册.xlsx" not in client.get(reverse("imports_register_modeladmin_index")).content.decode()

    def test_is_closed_to_others_and_so_is_the_menu(self, client, django_user_model, root):
        assert "imports/new/" in root.get(reverse("wagtailadmin_home")).content.decode()
        client.force_login(somebody(django_user_model, "editor", "view_importbatch"))
        assert client.get(reverse("imports_register_modeladmin_index")).status_code in (302, 403)
        assert "imports/new/" not in client.get(reverse("wagtailadmin_home")).content.decode()
