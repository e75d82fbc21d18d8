"""Whose file a page is about, and whether it may be shown now: the first step of every page of this room that shows somebody's content."""

from dataclasses import dataclass

from django.db.models import F, FilteredRelation, Q
from django.http import Http404, HttpResponse
from django.utils import timezone

from ...organisation.models import StaffMember
from ...programme.rights import Rights
from ...programme.standings import Standings
from ..asking import ask_first
from ..cells import Place
from ..looking import looked_today, may_open
from ..models import FileLook
from ..own_page import is_in_scope
from ..rights import FileRights
from ..years import place_day, place_of, places_in

FIRST_YEAR, LAST_YEAR = 2000, 2100
LOOKS_SHOWN = 20


def rights_of(request) -> FileRights:
    """Of whoever asks, today."""
    return FileRights(Rights(request.user, timezone.localdate()))


@dataclass(frozen=True)
class Opened:
    """`looks` is None for whoever is not the owner, and where nobody asked for them."""

    rights: FileRights
    person: StaffMember
    year: int
    place: Place | None
    looks: list[FileLook] | None = None

    @property
    def is_own(self) -> bool:
        return self.rights.is_own(self.person.pk)

    @property
    def department_id(self) -> int | None:
        return self.place.department_id if self.place else None

    @property
    def standings(self) -> Standings:
        return self.rights.base.standings

    @property
    def may_confirm(self) -> bool:
        return self.rights.may_confirm(self.person.pk, self.department_id)


def open_file(request, year: int, staff_pk: int) -> Opened | HttpResponse:
    """What a page needs, or the answer instead: the page that asks first. Two statements. Raises Http404 where there is nothing that one may
    look at."""
    today = timezone.localdate()
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise Http404
    people = StaffMember.objects.filter(Q(user=request.user.pk) | Q(pk=staff_pk))
    found = {person.pk: person for person in people.annotate(has_looked=looked_today(request.user.pk, year, today))}
    person = found.get(staff_pk)
    if person is None:
        raise Http404
    viewer = next((one for one in found.values() if one.user_id == request.user.pk), None)
    opened = _opened(request.user, viewer, person, year)
    if opened.is_own:
        return opened
    if opened.rights.look_role(person.pk, opened.department_id) is None or not is_in_scope(opened.standings, person, year):
        raise Http404
    if not may_open(opened.rights, person.pk, opened.department_id, year, looked=person.has_looked):
        back_to = request.path if request.method in ("GET", "HEAD") else ""
        return ask_first(request, person, year, back_to=back_to)
    return opened


def open_own(user, year: int) -> Opened | None:
    """The own file with those who looked at it, the latest first; None for an account that is nobody's. One statement, and who somebody is."""
    rows = list(
        StaffMember.objects.filter(user=user.pk)
        .annotate(look=FilteredRelation("file_looks", condition=Q(file_looks__year=year)))
        .annotate(look_by=F("look__by_name"), look_role=F("look__role"), look_day=F("look__looked_on"), look_at=F("look__looked_at"))
        .order_by(F("look__looked_at").desc(nulls_last=True), "-look__pk")[:LOOKS_SHOWN]
    )
    if not rows:
        return None
    looks = [
        FileLook(year=year, by_name=row.look_by, role=row.look_role, looked_on=row.look_day, looked_at=row.look_at)
        for row in rows
        if row.look_at
    ]
    return _opened(user, rows[0], rows[0], year, looks)


def _opened(user, viewer: StaffMember | None, person: StaffMember, year: int, looks: list[FileLook] | None = None) -> Opened:
    base = Rights(user, timezone.localdate())
    base.staff = viewer
    base.standings = Standings([one for one in {viewer, person} if one])
    place = place_of(places_in(base.standings, person.pk, year), place_day(year, base.today))
    return Opened(FileRights(base), person, year, place, looks)


def year_asked(text: str | None, default: int) -> int:
    """The year in an address; `default` for what is none."""
    is_year = text and text.isascii() and text.isdecimal() and len(text) == 4
    return int(text) if is_year and FIRST_YEAR <= int(text) <= LAST_YEAR else default
