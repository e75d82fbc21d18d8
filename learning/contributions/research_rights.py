"""Who may do what with a report: its team and the head of its department write, the clerk decides, the best are everybody's to read."""

from dataclasses import dataclass
from functools import cached_property

from ..judging.choices import JudgingState
from .choices import ResearchState
from .models import ResearchJudge, ResearchReport
from .rights import ContributionRights

TOPIC_OPEN = frozenset({ResearchState.DECLARED, ResearchState.RETURNED, ResearchState.WITHDRAWN})
TEXT_OPEN = frozenset({ResearchState.APPROVED, ResearchState.HANDED_IN})


@dataclass
class ResearchRights:
    """`base` says who somebody is today. Of a report the prefetched `members` are used, and `is_best` where the query annotated it."""

    base: ContributionRights

    @property
    def staff(self):
        return self.base.staff

    @property
    def is_clerk(self) -> bool:
        return self.base.is_clerk

    @property
    def sees_points(self) -> bool:
        """Of a closed judging, with the names of its judges: the clerk and the leaders."""
        return self.base.base.sees_everything

    @cached_property
    def declarable_ids(self) -> frozenset[int]:
        """Departments that this person may declare a topic for: the own one, and those headed."""
        own = {self.base.own_department_id} - {None}
        return self.base.department_ids | own

    def is_on_team(self, report: ResearchReport) -> bool:
        """Is one of the team, or declared the topic."""
        if self.staff is None:
            return False
        return report.declared_by_id == self.staff.pk or any(one.staff_id == self.staff.pk for one in report.members.all())

    def heads(self, report: ResearchReport) -> bool:
        return report.department_id in self.base.department_ids

    def writes(self, report: ResearchReport) -> bool:
        """Is one of those whose report it is."""
        return self.is_on_team(report) or self.heads(report)

    @cached_property
    def judged_years(self) -> frozenset[int]:
        """Years whose open judging this person judges in."""
        if self.staff is None:
            return frozenset()
        open_ones = ResearchJudge.objects.filter(staff=self.staff, judging__state=JudgingState.OPEN)
        return frozenset(open_ones.values_list("judging__year", flat=True))

    def is_blinded(self, report: ResearchReport) -> bool:
        """Judges it without a name: until the judging is over its page with all names is closed for them, whatever else they are."""
        return report.state == ResearchState.HANDED_IN and not self.writes(report) and report.year in self.judged_years

    def may_read(self, report: ResearchReport) -> bool:
        """The page of a report, its text and its files; whoever is blinded is asked for apart."""
        return self.writes(report) or self.base.sees_everything or is_best(report)

    def may_change_topic(self, report: ResearchReport) -> bool:
        """Until it is approved those whose it is; an approved one is put right by the clerk."""
        if report.state == ResearchState.APPROVED:
            return self.is_clerk
        return report.state in TOPIC_OPEN and self.writes(report)

    def may_decide(self, report: ResearchReport) -> bool:
        """A clerk who has not declared it."""
        if not self.is_clerk or report.state != ResearchState.DECLARED or report.created_by_id == self.base.user.pk:
            return False
        return self.staff is None or report.declared_by_id != self.staff.pk

    def may_write(self, report: ResearchReport) -> bool:
        """The report itself, its visits and files; that it is being judged is the services' to say."""
        return report.state in TEXT_OPEN and self.writes(report)

    def may_hand_in(self, report: ResearchReport) -> bool:
        return report.state == ResearchState.APPROVED and self.writes(report)

    def may_withdraw(self, report: ResearchReport) -> bool:
        return report.state != ResearchState.WITHDRAWN and (self.writes(report) or self.is_clerk)

    def may_record_outcomes(self, report: ResearchReport) -> bool:
        return report.state == ResearchState.HANDED_IN and (self.writes(report) or self.is_clerk)


def is_best(report: ResearchReport) -> bool:
    """Among the best of a closed judging; one statement unless the query said it."""
    known = getattr(report, "is_best", None)
    return ResearchReport.objects.best().filter(pk=report.pk).exists() if known is None else known
