"""「有疑问」 to a line of a file: it reaches the clerk, the answer reaches who asked."""

from django.urls import reverse

from cms.inbox.models import Message
from learning.models import Question
from tests.factories.bureau import make_bureau
from tests.factories.pages import make_site
from tests.factories.portfolio import rule_of_people
from tests.factories.programme import at
from tests.standing import standing

NOW = at(2026, 11, 30, 10)


@standing(now=NOW)
def bureau():
    make_site()
    return make_bureau()


class TestQuestionToALine:
    def test_reaches_the_clerk_and_its_answer_the_person(self, client, bureau):
        rule_of_people("have.application", name="收获运用", basis="方案第一部分")
        client.force_login(bureau.member.user)
        file = client.get(reverse("my_five_haves"), {"year": 2026})
        (line,) = [line for cell in file.context["page"].cells for rule in cell.rules for line in rule.lines]
        assert line.ask_url in file.content.decode().replace("&amp;", "&")

        assert client.post(line.ask_url, {"text": "五月的一条为什么没算？"}).status_code == 302
        question = Question.objects.get()
        assert (question.desk, question.asked_by) == ("portfolio", bureau.member.user)
        assert Message.objects.filter(recipient=bureau.clerk.user, subject__startswith="有疑问待答复").exists()

        page = reverse("question", args=[question.pk])
        client.force_login(bureau.head.user)
        assert client.get(page).status_code == 404
        client.force_login(bureau.clerk.user)
        answer = {"text": "没有填“工作上有什么改变”，补上就算。", "corrects": ""}
        assert client.post(page, answer).status_code == 302

        client.force_login(bureau.member.user)
        assert "补上就算" in client.get(page).content.decode()
        assert Message.objects.filter(recipient=bureau.member.user, subject__startswith="您的疑问有答复").exists()
