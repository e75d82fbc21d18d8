"""Questions to the files' tables, to be chained."""

from django.db import models
from django.db.models import Exists, FilteredRelation, OuterRef, Q


class FileLockQuerySet(models.QuerySet):
    def in_force(self):
        return self.filter(reopened_at__isnull=True)


class FiveHavesFileQuerySet(models.QuerySet):
    def of_year(self, year: int):
        return self.filter(year=year)

    def confirmed(self):
        return self.filter(confirmed_at__isnull=False)

    def _lock(self):
        locks = self.model._meta.get_field("locks").related_model
        return Exists(locks.objects.in_force().filter(file=OuterRef("pk")))

    def locked(self):
        return self.filter(self._lock())

    def not_locked(self):
        return self.filter(~self._lock())

    def with_parts(self):
        """With plan, statement and the lock in force (`lock_in_force`, an attribute that is only there where a lock is) in the same statement."""
        in_force = FilteredRelation("locks", condition=Q(locks__reopened_at__isnull=True))
        return self.annotate(lock_in_force=in_force).select_related("plan", "statement", "lock_in_force")
