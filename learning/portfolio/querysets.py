"""Questions to the files' tables, to be chained."""

from django.db import models
from django.db.models import Exists, OuterRef


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
