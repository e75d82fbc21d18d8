"""Reflections on their way through the review, by the services people go through."""

from django.contrib.auth.models import Permission

from cms.core.services import add_page
from learning.models import ReadingRoomPage, Reflection
from learning.reading.services.handing_in import hand_in
from learning.reading.services.review import decide_reflection

from .bureau import Bureau, make_bureau
from .programme import at
from .reading import ReflectionFactory, reading_room

REVIEW = "review_reflections"


def give_right(person, *codenames) -> None:
    """Rights of the reading room by themselves, as a group would give them."""
    person.user.user_permissions.add(*Permission.objects.filter(content_type__app_label="learning", codename__in=codenames))
    person.user = type(person.user).objects.get(pk=person.user_id)  # rights are remembered by the object


def make_room(home) -> ReadingRoomPage:
    """The room where readers find it."""
    return add_page(parent=home, page=ReadingRoomPage(title="读书园地", slug="dushu", show_in_menus=True), publish=True)


def make_review_bureau() -> Bureau:
    """A bureau in which the head of the other department reviews reflections, and the clerk, too."""
    bureau = make_bureau()
    for person in (bureau.other_head, bureau.clerk):
        give_right(person, REVIEW)
    return bureau


def handed_in_reflection(*, author, consent="none", now=None, **facts) -> Reflection:
    """One in the hands of the reviewers, by the walk there."""
    reading_room()
    reflection = ReflectionFactory(author=author, **facts)
    return hand_in(reflection=reflection, version=reflection.version, consent=consent, by=author.user, now=now or at(2026, 11, 20, 9))


def reviewed_reflection(*, author, by, is_accepted=True, note="写得实在。", comments=None, consent="none", now=None, **facts) -> Reflection:
    """One that `by` has accepted or given back, by the walk there."""
    reflection = handed_in_reflection(author=author, consent=consent, now=now, **facts)
    decide_reflection(
        reflection=reflection,
        round_number=1,
        is_accepted=is_accepted,
        note=note,
        comments=comments or {},
        by=by.user,
        now=now or at(2026, 11, 21, 9),
    )
    return Reflection.objects.get(pk=reflection.pk)
