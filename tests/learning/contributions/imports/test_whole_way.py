"""The office imports its sheet through the pages of the admin: upload, map, look, commit, take back."""

import datetime

import pytest
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from cms.imports.models import ImportBatch
from learning.models import MediaArticle, Placement
from tests.cms.imports.tables import workbook

DAY = datetime.date(2026, 3, 5)
HEADINGS = ["序号", "刊发标题", "刊发媒体", "见报日期", "供稿单位", "作者", "是否配图"]
ROWS = [
    [1, "样城读书", "《样城日报》", DAY, "样城中学", "张 三", "是"],
    [2, "样城读书", "样城日抱", DAY, "样中", "", "否"],
    [3, "《样城办展》", "样报", "2026年3月6日", "样中", "", ""],
    ["合计", "3 篇", "", "", "", "", ""],
    ["", "合 计", "", "", "", "", ""],
]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("outlet", "department")]


@pytest.fixture
def office(client, django_user_model):
    user = django_user_model.objects.create_user("xuanchuan")
    user.user_permissions.set(Permission.objects.filter(codename__in=["access_admin", "add_importbatch", "run_contributions"]))
    client.force_login(user)
    return client


def url(name, batch, *more):
    return reverse(f"imports:{name}", args=[batch.pk, *more])


class TestTheOffice:
    def test_imports_its_sheet_and_takes_it_back(self, office, outlet):
        file = SimpleUploadedFile("采用.xlsx", workbook(ROWS, headings=HEADINGS, title="2026 年采用情况登记表"))
        answer = office.post(reverse("imports:start"), {"kind": "placements", "file": file})
        batch = ImportBatch.objects.get()
        assert answer.url == url("map", batch)
        mapping = office.get(answer.url).context["form"].initial
        assert {mapping[f"field_{name}"] for name in ("title", "outlet", "published_on", "departments")} == {1, 2, 3, 4}
        assert office.post(url("map", batch), {name: value for name, value in mapping.items() if value}).url == url("review", batch)

        html = office.get(url("review", batch)).content.decode()
        assert "是不是“样城日报”？" in html
        assert "作者“张三”不在花名册" in html
        assert "确认导入" not in html
        assert dict(batch.rows.values_list("number", "state")) == {3: "new", 4: "error", 5: "new", 6: "error", 7: "skipped"}
        wrong = batch.rows.get(number=4)
        office.post(url("decide", batch, wrong.pk), {"decision": f"outlet:{outlet.pk}", "state": "", "p": "1"})
        assert batch.rows.get(number=4).messages == ["与第 3 行相同，不重复导入。"]
        office.post(url("skip_errors", batch))
        answer = office.post(url("commit", batch), follow=True)
        assert answer.redirect_chain[-1][0] == url("done", batch)
        assert list(Placement.objects.order_by("published_on").values_list("title", "has_picture")) == [
            ("样城读书", True),
            ("样城办展", False),
        ]

        office.post(url("undo", batch))
        assert not Placement.objects.exists()
        assert not MediaArticle.objects.exists()

    def test_has_a_template_for_each_table(self, office):
        for kind in ("outlets", "articles", "placements"):
            assert office.get(reverse("imports:template", args=[kind])).content[:2] == b"PK"

    def test_is_the_only_one_who_may(self, client, django_user_model):
        user = django_user_model.objects.create_user("bianji")
        user.user_permissions.set(Permission.objects.filter(codename__in=["access_admin", "add_importbatch"]))
        client.force_login(user)
        assert client.get(reverse("imports:template", args=["placements"])).status_code == 302  # to the admin, with a message
        answer = client.post(reverse("imports:start"), {"kind": "placements", "file": SimpleUploadedFile("a.csv", b"x")})
        assert "kind" in answer.context["form"].errors
