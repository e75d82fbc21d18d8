from django.db import models
from django.db.models import F, Q


class QuestionQuerySet(models.QuerySet):
    def waiting(self):
        return self.filter(answered_at__isnull=True)

    def answered(self):
        return self.filter(answered_at__isnull=False)

    def of_desks(self, desks):
        return self.filter(desk__in=desks)

    def asked_by(self, user):
        """None of anybody's for the anonymous."""
        return self.filter(asked_by=user.pk) if user.pk else self.none()

    def seen_by(self, user, desks):
        """Those of the `desks` (keys) that `user` answers for, and the own."""
        return self.filter(Q(desk__in=desks) | Q(asked_by=user.pk)) if user.pk else self.none()

    def waiting_first(self):
        """The longest waiting first, then what was answered last."""
        return self.order_by(F("answered_at").desc(nulls_first=True), "asked_at", "pk")
