import datetime
from dataclasses import replace

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.exceptions import ValidationError
from wagtail.models import ModelLogEntry

from cms.inbox.models import Message
from learning.models import Question
from learning.questions.corrections import Correction, corrections_of
from learning.questions.services import AskedAlreadyError, QuestionError, answer, ask
from tests.factories.pages import make_user

from .conftest import LINE, NOW

LATER = NOW + datetime.timedelta(hours=3)


def asked(asker, text="我是第二作者。", about=LINE, now=NOW):
    return ask(about=about, text=text, by=asker, now=now)


class TestAsk:
    def test_keeps_what_was_asked_about_as_it_stood_then(self, asker):
        question = asked(asker, "  我是第二作者。 ")
        assert (question.desk, question.about_key, question.about, question.about_url) == ("ledger", LINE.key, LINE.about, LINE.url)
        assert (question.text, question.asked_by, question.asked_at) == ("我是第二作者。", asker, NOW)

    def test_is_told_to_whoever_answers_by_group_or_by_themselves(self, asker, officer):
        alone = make_user("yigeren")
        alone.user_permissions.add(Permission.objects.get(codename="run_contributions"))
        switched_off = make_user("tingyong", is_active=False)
        switched_off.groups.set(officer.groups.all())
        make_user("guanli", is_superuser=True)
        make_user("pangren")
        question = asked(asker)
        told = Message.objects.all()
        assert {message.recipient for message in told} == {officer, alone}
        assert (told[0].subject, told[0].url) == ("有疑问待答复：2026年一季度 第12行", f"/questions/{question.pk}/")
        assert told[0].text == "陶思远问：我是第二作者。"

    def test_is_refused_while_the_first_about_the_same_thing_waits(self, asker, officer):
        first = asked(asker)
        with pytest.raises(AskedAlreadyError, match="2026-11-25 就这一条提过疑问") as refused:
            asked(asker, "再问一次")
        assert refused.value.question == first
        asked(asker, about=replace(LINE, key="ledger.line:13"))
        asked(make_user("tongshi"))
        answer(question=first, text="已更正。", by=officer, now=LATER)
        asked(asker, "还是不对", now=LATER)
        assert Question.objects.count() == 4

    def test_needs_words(self, asker):
        with pytest.raises(QuestionError) as refused:
            asked(asker, " \n ")
        assert "text" in refused.value.error_dict
        with pytest.raises(ValidationError):
            asked(asker, "长" * 1001)
        assert not Question.objects.exists()

    def test_says_nothing_of_its_words_in_the_log(self, asker):
        question = asked(asker)
        entry = ModelLogEntry.objects.get()
        assert (entry.action, entry.label, entry.user) == ("wagtail.create", f"疑问 {question.pk}", asker)

    def test_needs_a_desk(self, asker):
        with pytest.raises(QuestionError, match="直接联系主管科室"):
            asked(asker, about=replace(LINE, desk="nobody"))

    def test_shortens_what_it_is_about_where_that_is_long(self, asker, officer):
        question = asked(asker, about=replace(LINE, about="很长的标题" * 60))
        assert len(question.about) == 200
        assert question.about.endswith("…")
        assert len(Message.objects.get().subject) < 120


class TestAnswer:
    def test_is_told_to_the_asker(self, asker, officer):
        question = answer(question=asked(asker), text=" 已补上第二作者。 ", by=officer, now=LATER)
        assert (question.answer, question.answered_by, question.answered_at) == ("已补上第二作者。", officer, LATER)
        told = Message.objects.get(recipient=asker)
        assert (told.subject, told.text) == ("您的疑问有答复：2026年一季度 第12行", "已补上第二作者。")

    def test_is_for_the_desk_alone(self, asker):
        question = asked(asker)
        with pytest.raises(QuestionError, match="没有答复的权限"):
            answer(question=question, text="是的", by=asker, now=LATER)
        Group.objects.all().delete()
        question.refresh_from_db()
        assert question.answer == ""

    def test_is_given_once(self, asker, officer):
        question = asked(asker)
        answer(question=question, text="已补上。", by=officer, now=LATER)
        with pytest.raises(QuestionError, match="卫思齐已于 2026-11-25 12:00 答复"):
            answer(question=question, text="别的话。", by=officer, now=LATER)
        question.refresh_from_db()
        assert question.answer == "已补上。"

    def test_is_corrected_by_whoever_saw_what_stands(self, asker, officer):
        question = asked(asker)
        answer(question=question, text="已补上。", by=officer, now=LATER)
        at_last = LATER + datetime.timedelta(days=1)
        corrected = answer(question=question, text="没有补上，材料不全。", by=officer, now=at_last, corrects=LATER)
        assert (corrected.answer, corrected.answered_at) == ("没有补上，材料不全。", at_last)
        assert corrections_of(corrected) == [Correction("已补上。", "卫思齐", LATER)]
        subjects = Message.objects.filter(recipient=asker).order_by("created_at").values_list("subject", flat=True)
        assert list(subjects) == ["您的疑问有答复：2026年一季度 第12行", "您的疑问的答复有更正：2026年一季度 第12行"]
        with pytest.raises(QuestionError, match="您的文字没有保存"):
            answer(question=question, text="又改", by=officer, now=at_last, corrects=LATER)

    def test_is_not_corrected_into_itself_nor_before_there_is_one(self, asker, officer):
        question = asked(asker)
        with pytest.raises(QuestionError, match="没有可更正的"):
            answer(question=question, text="好", by=officer, now=LATER, corrects=LATER)
        answer(question=question, text="好", by=officer, now=LATER)
        with pytest.raises(QuestionError, match="没有改动"):
            answer(question=question, text="好", by=officer, now=LATER, corrects=LATER)

    def test_needs_words(self, asker, officer):
        with pytest.raises(QuestionError, match="请写答复"):
            answer(question=asked(asker), text=" ", by=officer, now=LATER)

    def test_of_an_account_that_is_gone_is_kept(self, asker, officer):
        question = asked(asker)
        asker.delete()
        assert answer(question=question, text="已补上。", by=officer, now=LATER).answer == "已补上。"
