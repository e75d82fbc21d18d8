"""展评: the judging of a quarter's consented reflections (R35, A7). The page they are shown on is in pages.py."""

from django.db import models
from django.db.models import Q

from ...judging.models import AbstractBallot, AbstractBallotLine, AbstractEntry, AbstractJudge, AbstractJudging, AbstractRubricLine
from .reflections import Reflection


class Judging(AbstractJudging):
    exhibition = models.OneToOneField("learning.ExhibitionPage", verbose_name="展评", on_delete=models.PROTECT, related_name="judging")

    class Meta:
        verbose_name = "评分"
        verbose_name_plural = "评分"
        ordering = ["-exhibition__quarter_first"]

    def __str__(self):
        return f"{self.exhibition}评分"


class RubricLine(AbstractRubricLine):
    judging = models.ForeignKey(Judging, on_delete=models.CASCADE, related_name="rubric")

    class Meta(AbstractRubricLine.Meta):
        verbose_name = "评分项"
        verbose_name_plural = "评分项"
        constraints = [models.UniqueConstraint(fields=["judging", "name"], name="one_rubric_line_a_name")]


class Judge(AbstractJudge):
    judging = models.ForeignKey(Judging, on_delete=models.CASCADE, related_name="judges")

    class Meta(AbstractJudge.Meta):
        verbose_name = "评委"
        verbose_name_plural = "评委"
        constraints = [models.UniqueConstraint(fields=["judging", "staff"], name="one_judgeship_a_person")]


class Entry(AbstractEntry):
    judging = models.ForeignKey(Judging, on_delete=models.CASCADE, related_name="entries")
    reflection = models.ForeignKey(Reflection, on_delete=models.PROTECT, related_name="entries")

    class Meta(AbstractEntry.Meta):
        verbose_name = "参评心得"
        verbose_name_plural = "参评心得"
        constraints = [
            models.UniqueConstraint(fields=["judging", "number"], name="one_entry_a_number"),
            models.UniqueConstraint(fields=["judging", "reflection"], name="one_entry_a_reflection"),
        ]


class Ballot(AbstractBallot):
    entry = models.ForeignKey(Entry, on_delete=models.CASCADE, related_name="ballots")
    judge = models.ForeignKey(Judge, on_delete=models.CASCADE, related_name="ballots")

    class Meta(AbstractBallot.Meta):
        verbose_name = "评分票"
        verbose_name_plural = "评分票"
        constraints = [models.UniqueConstraint(fields=["entry", "judge"], name="one_ballot_a_judge")]


class BallotLine(AbstractBallotLine):
    ballot = models.ForeignKey(Ballot, on_delete=models.CASCADE, related_name="lines")
    line = models.ForeignKey(RubricLine, on_delete=models.PROTECT, related_name="+")

    class Meta(AbstractBallotLine.Meta):
        verbose_name = "单项得分"
        verbose_name_plural = "单项得分"
        constraints = [
            models.UniqueConstraint(fields=["ballot", "line"], name="one_score_a_line"),
            models.CheckConstraint(condition=Q(points__gte=0), name="score_not_negative", violation_error_message="得分不能为负。"),
        ]
