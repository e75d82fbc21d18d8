"""Articles on their way to the office, by the services people go through."""

import datetime
from dataclasses import dataclass

from cms.users.models import User
from learning.contributions.bylines import AuthorLine, DepartmentLine
from learning.contributions.services.articles import hand_in_article, save_article
from learning.contributions.services.review import pass_article, return_article
from learning.models import MediaArticle

from .bureau import Bureau, make_bureau
from .programme import at
from .reviews import give_right

WRITTEN = datetime.date(2026, 3, 2)
WRITTEN_AT, HANDED_IN_AT, PASSED_AT = at(2026, 3, 2, 9), at(2026, 3, 3, 9), at(2026, 3, 4, 9)


@dataclass
class Newsroom(Bureau):
    """`secretary`, of the other department, is the propaganda office."""

    @property
    def officer(self) -> User:
        return self.secretary.user


def make_newsroom() -> Newsroom:
    room = Newsroom(**vars(make_bureau()))
    give_right(room.secretary, "run_contributions")
    return room


def draft(room: Newsroom, *, author=None, by=None, departments=None, now=WRITTEN_AT, **facts) -> MediaArticle:
    author = author or room.member
    written = {
        "title": "机关里的读书会",
        "body": "本报讯　读书会昨天开了。",
        "written_on": WRITTEN,
        "authors": [AuthorLine(author.name, author)],
        "departments": [DepartmentLine(one) for one in departments or [room.office]],
    }
    return save_article(**written | facts, by=by or author.user, now=now)


def handed_in(room: Newsroom, *, author=None, now=HANDED_IN_AT, **facts) -> MediaArticle:
    """In the hands of the department's head."""
    author = author or room.member
    return hand_in_article(article=draft(room, author=author, **facts), by=author.user, now=now)


def in_queue(room: Newsroom, *, now=PASSED_AT, **facts) -> MediaArticle:
    """Passed by the head, in the office's queue."""
    return pass_article(article=handed_in(room, **facts), by=room.head.user, now=now)


def given_back(room: Newsroom, *, reason="wording", note="导语太长。", now=PASSED_AT, **facts) -> MediaArticle:
    return return_article(article=handed_in(room, **facts), reason=reason, note=note, by=room.head.user, now=now)
