from django.db import models


class QuestionQuerySet(models.QuerySet):
    def waiting(self):
        return self.filter(answered_at__isnull=True)

    def of_desks(self, desks):
        return self.filter(desk__in=desks)

    def asked_by(self, user):
        """None of anybody's for the anonymous."""
        return self.filter(asked_by=user.pk) if user.pk else self.none()
