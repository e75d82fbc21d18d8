from django.db import models
from django.db.models import F
from django.db.models.lookups import IsNull


class MessageQuerySet(models.QuerySet):
    def to(self, user):
        return self.filter(recipient=user)

    def unread(self):
        return self.filter(read_at__isnull=True)

    def unread_first(self):
        return self.order_by(IsNull(F("read_at"), False), "-created_at", "pk")


class DeliveryQuerySet(models.QuerySet):
    def waiting(self, now):
        """Those whose time has come."""
        return self.filter(state=self.model.State.WAITING, next_try_at__lte=now)
