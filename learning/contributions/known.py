"""The dictionary of a day, as the records have it."""

import datetime

from django.db.models import Q

from ..organisation.models import Department
from ..programme.people import People
from .dictionary import Dictionary, KnownDepartment, KnownOutlet, KnownPerson
from .models import Outlet


def dictionary_on(day: datetime.date, *, people: People | None = None) -> Dictionary:
    """What was open and who was employed on `day`. Four statements."""
    outlets = Outlet.objects.open_on(day).prefetch_related("names")
    departments = Department.objects.filter(Q(closed_on__isnull=True) | Q(closed_on__gte=day))
    people = people or People(day)
    return Dictionary(
        outlets=tuple(
            KnownOutlet(outlet.pk, outlet.name, outlet.medium, (outlet.name, *(name.text for name in outlet.names.all())))
            for outlet in outlets
        ),
        departments=tuple(KnownDepartment(one.pk, one.name, tuple(filter(None, (one.name, one.short_name)))) for one in departments),
        people=tuple(KnownPerson(key, person.name, people.labels[key], person.department_on) for key, person in people.by_key.items()),
    )
