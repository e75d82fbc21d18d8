from django.utils.functional import SimpleLazyObject

from .models import Message


def unread_messages(request):
    """Context processor: how many messages the reader has not opened, counted only where a template asks and never for the anonymous."""

    def count() -> int:
        return Message.objects.to(request.user).unread().count() if request.user.is_authenticated else 0

    return {"unread_messages": SimpleLazyObject(count)}
