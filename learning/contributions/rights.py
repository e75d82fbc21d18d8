"""Who may see and do what among the contributions: on top of what somebody is in the programme."""

from dataclasses import dataclass
from functools import cached_property

from ..programme.rights import Rights
from .choices import ArticleState

RUN = "learning.run_contributions"


@dataclass
class ContributionRights:
    """`base` says who somebody is today (`Rights`). Asked once a request; what is asked of an article uses its prefetched departments and
    authors where they are there."""

    base: Rights

    @property
    def user(self):
        return self.base.user

    @property
    def today(self):
        return self.base.today

    @property
    def staff(self):
        return self.base.staff

    @cached_property
    def is_office(self) -> bool:
        """Of the propaganda office: registers, decides, keeps outlets and rules."""
        return self.user.has_perm(RUN)

    @property
    def is_clerk(self) -> bool:
        """Of the organ party committee: runs the research (R42), sees the rest."""
        return self.base.is_clerk

    @cached_property
    def sees_everything(self) -> bool:
        return self.is_office or self.base.sees_everything

    @property
    def department_ids(self) -> frozenset[int]:
        """Departments whose head this person is, with all below them."""
        return self.base.department_ids

    @cached_property
    def own_department_id(self) -> int | None:
        """Where this person belongs today; None for nobody of the roster."""
        if self.staff is None:
            return None
        facts = self.base.standings.postings(self.staff.pk, self.today)
        return next((fact.place_id for fact in facts if fact.is_primary), None)

    @cached_property
    def may_see_standings(self) -> bool:
        """All departments side by side: the office, the committee, leaders, heads of departments."""
        return self.sees_everything or bool(self.department_ids)

    def may_see_department(self, pk: int) -> bool:
        """The ledger of a department with its people."""
        return self.sees_everything or pk in self.department_ids

    def may_see_person(self, pk: int, department_id: int | None = None) -> bool:
        """A person's ledger; `department_id` is where that person belongs."""
        return self.sees_everything or (self.staff is not None and self.staff.pk == pk) or department_id in self.department_ids

    def wrote(self, article) -> bool:
        """Is one of its authors, or entered it."""
        if article.created_by_id is not None and article.created_by_id == self.user.pk:
            return True
        return self.staff is not None and any(author.staff_id == self.staff.pk for author in article.authors.all())

    def heads(self, article) -> bool:
        """Heads one of its departments."""
        return any(one.department_id in self.department_ids for one in article.departments.all())

    def may_see(self, article) -> bool:
        """A draft is its authors' alone until it is handed in."""
        if self.wrote(article):
            return True
        return article.state != ArticleState.DRAFT and (self.sees_everything or self.heads(article))

    def may_write(self, article) -> bool:
        return article.is_being_written and self.wrote(article)

    def may_review(self, article) -> bool:
        """科室审: the head of the first department, who has not handed it in; and for the office, which may act where there is no head."""
        if article.state != ArticleState.SECTION:
            return False
        first = next(iter(article.departments.all()), None)
        return self.is_office or (first is not None and first.department_id in self.department_ids and not self.wrote(article))

    def may_decide(self, article) -> bool:
        """What the office does with what has reached it."""
        return self.is_office and article.state not in (ArticleState.DRAFT, ArticleState.SECTION, ArticleState.RETURNED)
