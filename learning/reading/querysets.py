"""Questions to the reading room's tables, as adjectives that chain."""

from django.db import models
from django.db.models import Exists, OuterRef, Q

from cms.core.visibility import visible_pages

from ..periods import Period
from .choices import HANDED_IN, ReadingState, ReflectionState


class BookQuerySet(models.QuerySet):
    def in_reading_room(self):
        """Books the room holds (R39)."""
        return self.filter(copies__gt=0)

    def newest_arrivals(self, today):
        return self.in_reading_room().filter(arrived_on__lte=today).order_by("-arrived_on", "title", "pk")

    def find(self, words: str):
        """Books with every one of `words` in title, author, publisher or ISBN."""
        found = self
        for word in words.split():
            found = found.filter(
                Q(title__icontains=word)
                | Q(author__icontains=word)
                | Q(publisher__icontains=word)
                | Q(isbn__contains=word.replace("-", "") or word)
            )
        return found


class MonthlyListQuerySet(models.QuerySet):
    def published(self):
        return self.filter(published_at__isnull=False)

    def of_month(self, day):
        return self.filter(month=day.replace(day=1))


class ReadingEntryQuerySet(models.QuerySet):
    def of(self, staff):
        return self.filter(staff=staff)

    def finished(self):
        return self.filter(state=ReadingState.FINISHED)

    def finished_in(self, period: Period):
        return self.finished().filter(finished_on__gte=period.first, finished_on__lte=period.last)


class ReflectionQuerySet(models.QuerySet):
    def of(self, staff):
        return self.filter(author=staff)

    def handed_in(self):
        """In the hands of a reviewer or accepted; what was returned is the author's again."""
        return self.filter(state__in=HANDED_IN)

    def waiting(self):
        return self.filter(state=ReflectionState.WAITING)

    def accepted(self):
        return self.filter(state=ReflectionState.ACCEPTED)

    def counted_in(self, period: Period):
        """Those whose first hand-in lies in `period`: they count for it."""
        return self.filter(first_handed_in_at__gte=period.starts_at, first_handed_in_at__lt=period.ends_at)

    def exhibited_to(self, user):
        """Accepted ones whose author lets `user` see them: exactly those whose page `user` may read."""
        return self.accepted().filter(Exists(visible_pages(user).filter(pk=OuterRef("page"))))


class StudyNoteQuerySet(models.QuerySet):
    def of(self, user):
        """The one door: nobody else's notes are ever asked for."""
        return self.filter(owner=user)

    def find(self, words: str):
        """Notes with every one of `words` in what they are about, the quotation or the text."""
        found = self
        for word in words.split():
            found = found.filter(Q(about__icontains=word) | Q(quote__icontains=word) | Q(text__icontains=word))
        return found
