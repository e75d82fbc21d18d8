from django.urls import reverse

from cms.files.models import CustomDocument
from cms.files.services import store_document
from learning.models import ArticleAttachment, Department
from tests.factories.organisation import DepartmentFactory, PostingFactory
from tests.factories.pages import make_article, make_column, make_site, make_user


def attached_document() -> CustomDocument:
    article = make_article(make_column(make_site()), "带附件的文章")
    document = store_document(data="附件内容".encode(), title="名单", name="名单.txt")
    ArticleAttachment.objects.create(page=article, document=document)
    return document


class TestProtectedRecordMiddleware:
    def test_says_who_uses_what_cannot_be_deleted(self, client, db):
        department = DepartmentFactory(name="基础教育科")
        PostingFactory(department=department)
        client.force_login(make_user("guanli", is_superuser=True))
        here = "http://testserver" + reverse("departments:index")
        answer = client.post(reverse("departments:delete", args=[department.pk]), headers={"Referer": here}, follow=True)
        assert answer.redirect_chain[0][0] == here
        assert "“基础教育科”已被任职使用，不能删除" in answer.content.decode()
        assert Department.objects.filter(pk=department.pk).exists()

    def test_answers_a_script_in_its_own_terms(self, client, db):
        document = attached_document()
        client.force_login(make_user("guanli", is_superuser=True))
        answer = client.post(reverse("wagtaildocs:delete_multiple", args=[document.pk]), headers={"X-Requested-With": "XMLHttpRequest"})
        assert answer.status_code == 409
        assert "不能删除" in answer.json()["error_message"]
        assert CustomDocument.objects.filter(pk=document.pk).exists()

    def test_leads_nowhere_else_than_back(self, client, db):
        posting = PostingFactory()
        client.force_login(make_user("guanli", is_superuser=True))
        address = reverse("departments:delete", args=[posting.department_id])
        assert client.post(address, headers={"Referer": "https://evil.example/"})["Location"] == "/admin/"
