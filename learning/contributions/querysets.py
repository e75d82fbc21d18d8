"""Questions to the contributions room, as adjectives that chain."""

from django.db import models
from django.db.models import OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from ..periods import Period
from .choices import REPORTED, ArticleState, Holder, ResearchState, RuleSetState


class OutletQuerySet(models.QuerySet):
    def open_on(self, day):
        return self.filter(Q(closed_on__isnull=True) | Q(closed_on__gte=day))

    def graded_on(self, day):
        """Annotated with `level` and `weight_class` as of `day`: the last grade that had begun, else the first one there is."""
        grades = self.model._meta.get_field("grades").related_model.objects.filter(outlet=OuterRef("pk"))
        begun, first = grades.filter(since__lte=day).order_by("-since"), grades.order_by("since")

        def grade(name):
            return Coalesce(Subquery(begun.values(name)[:1]), Subquery(first.values(name)[:1]))

        return self.annotate(level=grade("level"), weight_class=grade("weight_class"))


class MediaArticleQuerySet(models.QuerySet):
    def submitted_in(self, period: Period):
        """What counts as submitted in the period: the office has it or had it."""
        return self.filter(state__in=REPORTED, submitted_on__range=(period.first, period.last))

    def waiting_for_office(self):
        return self.filter(state=ArticleState.OFFICE)

    def of_department(self, department):
        return self.filter(departments__department=department)

    def written_by(self, staff):
        return self.filter(authors__staff=staff)


class PlacementQuerySet(models.QuerySet):
    def confirmed(self):
        return self.filter(confirmed_at__isnull=False)

    def unconfirmed(self):
        return self.filter(confirmed_at__isnull=True)

    def scored(self):
        """What the rules look at."""
        return self.confirmed().filter(is_scored=True)

    def in_period(self, period: Period):
        return self.filter(published_on__range=(period.first, period.last))


class RuleSetQuerySet(models.QuerySet):
    def active(self):
        return self.filter(state=RuleSetState.ACTIVE)

    def in_force_on(self, day):
        """The one active set of that day, if any."""
        return self.active().filter(Q(effective_until__isnull=True) | Q(effective_until__gte=day), effective_from__lte=day)


class ScoreLineQuerySet(models.QuerySet):
    def in_period(self, period: Period):
        return self.filter(counted_on__range=(period.first, period.last))


class ScoreShareQuerySet(models.QuerySet):
    def in_period(self, period: Period):
        return self.filter(counted_on__range=(period.first, period.last))

    def of_departments(self):
        return self.filter(holder=Holder.DEPARTMENT)

    def of_people(self):
        return self.filter(holder=Holder.PERSON)

    def used_for(self, uses):
        """`uses`: the codes of 用途 that the question is about."""
        return self.filter(use__in=uses)


class ResearchReportQuerySet(models.QuerySet):
    def handed_in(self):
        return self.filter(state=ResearchState.HANDED_IN)

    def in_year(self, year: int):
        return self.filter(year=year)

    def best(self):
        """Those that a closed judging found to be the best."""
        return self.filter(entries__is_best=True, entries__judging__closed_at__isnull=False)
