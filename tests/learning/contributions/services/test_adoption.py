import datetime
import hashlib
import uuid

import pytest
from django.core.exceptions import ValidationError

from cms.inbox.models import Message
from learning.contributions.bylines import AuthorLine, DepartmentLine
from learning.contributions.services import adoption as module
from learning.contributions.services.adoption import Adoption, register_adoption
from learning.contributions.services.placements import AlreadyPlacedError, PlacementError
from learning.models import ArticlePrint, MediaArticle, OutletGrade, Placement, PlacementProof
from tests.factories.contributions import MediaArticleFactory, OutletFactory, PlacementFactory
from tests.factories.programme import at
from tests.factories.submissions import draft, given_back, handed_in, in_queue, make_newsroom
from tests.standing import standing

from ..corpus import LAMP

NOW = at(2026, 3, 20, 9)
DAY = datetime.date(2026, 3, 5)


@standing()
def room():
    room = make_newsroom()
    room.outlet = OutletFactory(name="样报", grade=("city", "second"))
    OutletGrade.objects.create(outlet=room.outlet, level="province", weight_class="first", since=datetime.date(2026, 3, 10))
    return room


def facts(room, **changes):
    given = {
        "token": uuid.uuid4(),
        "title": "灯下共读一本书",
        "outlet": room.outlet,
        "published_on": DAY,
        "text": LAMP,
        "departments": [DepartmentLine(room.office)],
        "authors": [AuthorLine(room.member.name, room.member), AuthorLine("外单位的人")],
        "pasted": f"灯下共读一本书\n{LAMP}",
    }
    return Adoption(**given | changes)


def register(room, *, by=None, now=NOW, **changes):
    return register_adoption(facts=facts(room, **changes), by=by or room.officer, now=now)


def refusal(room, **changes) -> str:
    with pytest.raises(PlacementError) as caught:
        register(room, **changes)
    return "".join(caught.value.messages)


class TestANewPiece:
    def test_is_an_adopted_article_with_its_placement(self, room):
        made = register(room, genre="feature", page=" 第3版 ", has_picture=True, length=300)
        article = MediaArticle.objects.get()
        assert (article.title, article.state, article.live, article.genre) == ("灯下共读一本书", "adopted", True, "feature")
        assert (article.written_on, article.submitted_on, article.body) == (DAY, DAY, LAMP)
        assert [(one.staff, one.name, one.department) for one in article.authors.all()] == [
            (room.member, room.member.name, room.office),
            (None, "外单位的人", None),
        ]
        assert [one.department for one in article.departments.all()] == [room.office]
        assert [(one.step, one.state, one.by) for one in article.steps.all()] == [("register", "adopted", room.officer)]
        assert (made.article, made.page, made.length, made.has_picture) == (article, "第3版", 300, True)
        assert (made.entered_by, made.confirmed_by, made.confirmed_at) == (room.officer, room.officer, NOW)
        assert ArticlePrint.objects.filter(article=article).exists()

    def test_takes_the_grade_of_the_outlet_on_the_day(self, room):
        old, new = register(room), register(room, title="另一篇", published_on=datetime.date(2026, 3, 12))
        assert [(one.level, one.weight_class, one.medium) for one in (old, new)] == [
            ("city", "second", "newspaper"),
            ("province", "first", "newspaper"),
        ]
        OutletGrade.objects.update(level="national")
        assert Placement.objects.get(pk=old.pk).level == "city"

    def test_lets_the_office_say_another_grade(self, room):
        assert register(room, level="county", medium="app", weight_class="third").level == "county"

    def test_keeps_what_was_pasted_as_a_private_proof(self, room):
        made = register(room)
        proof = PlacementProof.objects.get()
        with proof.file.open() as file:
            data = file.read()
        assert data.decode() == f"灯下共读一本书\n{LAMP}"
        assert (proof.placement, proof.kind, proof.sha256) == (made, "text", hashlib.sha256(data).hexdigest())
        assert (proof.taken_on, proof.added_by) == (datetime.date(2026, 3, 20), room.officer)
        assert "灯下" not in proof.file.name

    @pytest.mark.parametrize("pasted", ["", "  ", "灯下共读一本书", " 灯下共读一本书\n", "\x00"])
    def test_keeps_no_proof_of_nothing(self, room, pasted):
        register(room, pasted=pasted)
        assert not PlacementProof.objects.exists()

    def test_tells_the_authors_and_not_whoever_did_it(self, room):
        register(room)
        assert list(Message.objects.values_list("recipient__username", "subject")) == [("zhigong", "采用：灯下共读一本书")]

    def test_is_scored_in_the_same_transaction(self, room, monkeypatch):
        scored = []
        monkeypatch.setattr(module, "rescore", lambda keys, now: scored.append(list(keys)))
        made = register(room)
        assert scored == [[made.article_id]]

    def test_needs_its_departments(self, room):
        assert "供稿的科室" in refusal(room, departments=[])
        assert not MediaArticle.objects.exists()

    def test_is_the_offices_to_register(self, room):
        assert "由宣传科登记" in refusal(room, by=room.head.user)

    def test_is_not_written_after_it_was_published(self, room):
        said = refusal(room, written_on=datetime.date(2026, 3, 6))
        assert "2026-03-06" in said
        assert "2026-03-05" in said

    def test_is_registered_once_by_a_form_that_is_sent_twice(self, room):
        twice = facts(room)
        first = register_adoption(facts=twice, by=room.officer, now=NOW)
        assert register_adoption(facts=twice, by=room.officer, now=NOW) == first
        assert (MediaArticle.objects.count(), PlacementProof.objects.count()) == (1, 1)

    def test_leaves_no_file_behind_when_it_fails(self, room, monkeypatch):
        kept = []

        def broken(article):
            kept.extend((proof.file.storage, proof.file.name) for proof in PlacementProof.objects.all())
            raise RuntimeError

        monkeypatch.setattr(module, "index_article", broken)
        with pytest.raises(RuntimeError):
            register(room)
        assert len(kept) == 1
        assert not any(storage.exists(name) for storage, name in kept)
        assert not MediaArticle.objects.exists()


class TestTheSameStory:
    def test_joins_the_article_and_moves_it(self, room):
        article = in_queue(room)
        made = register(room, article=article, title="另一个题目")
        article.refresh_from_db()
        assert (made.article, article.state, article.live) == (article, "adopted", True)
        step = article.steps.last()
        assert (step.step, step.note) == ("adopt", "样报，2026-03-05")
        assert MediaArticle.objects.count() == 1

    def test_may_be_used_many_times(self, room):
        article = in_queue(room)
        register(room, article=article)
        register(room, article=article, outlet=OutletFactory())
        assert article.placements.count() == 2
        assert [one.step for one in article.steps.all()][-2:] == ["adopt", "adopt"]

    @pytest.mark.parametrize("make", [handed_in, given_back])
    def test_may_be_one_that_the_department_has_not_passed(self, room, make):
        article = make(room)
        register(room, article=article)
        article.refresh_from_db()
        assert (article.state, article.submitted_on, article.live) == ("adopted", DAY, True)

    def test_is_no_draft(self, room):
        assert "还是草稿" in refusal(room, article=draft(room))

    def test_that_is_gone_is_said_so(self, room):
        article = in_queue(room)
        gone = MediaArticle(pk=article.pk + 1000)
        assert "已被删去" in refusal(room, article=gone)

    def test_does_not_begin_before_it_was_written(self, room):
        said = refusal(room, article=in_queue(room), published_on=datetime.date(2026, 3, 1))
        assert "2026-03-01" in said
        assert "2026-03-02" in said


class TestRefusals:
    def test_a_day_that_has_not_come(self, room):
        assert "还没有到" in refusal(room, published_on=datetime.date(2026, 3, 21))

    def test_the_same_title_in_the_same_outlet_on_the_same_day(self, room):
        known = PlacementFactory(outlet=room.outlet, title="灯下共读一本书", published_on=DAY)
        with pytest.raises(AlreadyPlacedError) as caught:
            register(room)
        assert caught.value.placement == known
        assert MediaArticle.objects.count() == 1

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"url": "javascript:alert(1)"}, "url"),
            ({"title": "字" * 121}, "title"),
            ({"page": "字" * 31}, "page"),
            ({"position": "roof"}, "position"),
            ({"level": "universal"}, "level"),
        ],
    )
    def test_what_no_field_takes(self, room, changes, field):
        with pytest.raises(ValidationError) as caught:
            register(room, **changes)
        assert field in caught.value.error_dict
        assert not MediaArticle.objects.exists()

    def test_an_outlet_without_a_grade(self, room):
        OutletGrade.objects.all().delete()
        assert "还没有级别" in refusal(room)


class TestByADepartment:
    def test_waits_for_the_office(self, room):
        article = in_queue(room)
        made = register(room, article=article, by=room.member.user, level="national")
        article.refresh_from_db()
        assert (made.confirmed_at, made.level, article.state) == (None, "city", "office")
        told = Message.objects.filter(subject__startswith="待确认的采用")
        assert list(told.values_list("recipient__username", "url")) == [("shuji", f"/contributions/placements/{made.pk}/")]

    def test_is_for_authors_and_heads_of_pieces_that_the_office_has(self, room):
        article = in_queue(room)
        for person in (room.colleague, room.other_head, room.leader, room.clerk):
            assert "只有宣传科" in refusal(room, article=article, by=person.user)
        assert "还没有报到宣传科" in refusal(room, article=handed_in(room, title="没有报到的"), by=room.member.user)
        assert register(room, article=article, by=room.head.user).confirmed_at is None

    def test_of_an_article_by_nobody_is_the_offices(self, room):
        article = MediaArticleFactory(state="office", by_departments=[room.other])
        assert "只有宣传科" in refusal(room, article=article, by=room.head.user)
