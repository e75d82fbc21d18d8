"""Which article a clipping is of: by title and department within 60 days, in the database and among the rows above it."""

import datetime
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from ..choices import ArticleState
from ..models import ArticleDepartment, MediaArticle

DAYS = datetime.timedelta(days=60)
CHUNK = 500
# Their text has been accepted: that they are used now is a fact to be noted. What is under review is decided on its page.
TAKEN = frozenset({ArticleState.SENT, ArticleState.ADOPTED, ArticleState.UNUSED})


@dataclass(slots=True)
class Story:
    """`key` is the article's, None for one that is to be made from row `row`."""

    title: str
    written_on: datetime.date
    departments: tuple[int, ...]
    key: int | None = None
    row: int | None = None
    state: str = ArticleState.ADOPTED.value
    is_live: bool = True
    has_commission: bool = False
    authors: tuple = ()

    @property
    def is_open(self) -> bool:
        """Whether somebody has to decide about it on its own page."""
        if self.key is None or self.state == ArticleState.ADOPTED:
            return False
        return self.state not in TAKEN or not self.is_live or self.has_commission

    def may_be(self, published_on: datetime.date, departments: list[int]) -> bool:
        near = self.written_on <= published_on <= self.written_on + DAYS
        return near and (not departments or not self.departments or any(place in self.departments for place in departments))


@dataclass(slots=True)
class Stories:
    """Those of the titles of a table. Drafts are their authors' alone and stay out of sight."""

    by_title: dict[str, list[Story]] = field(default_factory=lambda: defaultdict(list))

    def read(self, titles: Iterable[str]) -> None:
        """Two statements for each 500 titles."""
        shared: dict[tuple, tuple] = {}
        names = ("pk", "title", "written_on", "state", "live", "commission_id")
        for chunk in _chunks(sorted(set(titles))):
            articles = MediaArticle.objects.filter(title__in=chunk).exclude(state=ArticleState.DRAFT)
            found = {}
            for pk, title, written_on, state, live, commission in articles.order_by("pk").values_list(*names):
                found[pk] = Story(title, written_on, (), pk, None, state, live, commission is not None)
                self.by_title[title].append(found[pk])
            places = ArticleDepartment.objects.filter(article__title__in=chunk).order_by().values_list("article_id", "department_id")
            for pk, place in places if found else ():
                if pk in found:
                    whole = (*found[pk].departments, place)
                    found[pk].departments = shared.setdefault(whole, whole)

    def of(self, title: str, published_on: datetime.date, departments: list[int]) -> list[Story]:
        return [story for story in self.by_title.get(title, ()) if story.may_be(published_on, departments)]

    def add(self, story: Story) -> Story:
        self.by_title[story.title].append(story)
        return story


def _chunks(items: list) -> Iterable[list]:
    return (items[begin : begin + CHUNK] for begin in range(0, len(items), CHUNK))
