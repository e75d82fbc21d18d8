"""From what an address or a form says to a draft: where it comes from, what it is about, what was typed."""

import datetime
import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from ..organisation.models import StaffMember
from ..programme.models import Session
from .models import Book, InterestGroup, Reflection
from .own_reflections import quarter_of, suggested_title
from .services.drafts import open_draft, save_draft
from .writing_forms import DraftForm, key_of

FIRST_YEAR = 2000


@dataclass(frozen=True, slots=True)
class Origin:
    """What a reflection is written for. A key that leads to nothing, or to somebody else's, is as good as none."""

    session: Session | None = None
    group: InterestGroup | None = None
    meant_for: datetime.date | None = None


def origin_of(said: Mapping[str, str], *, staff: StaffMember, today: datetime.date) -> Origin:
    """`said`: `session` and `group` by key, `quarter` by a day in it, none later than today's."""
    session, group = key_of(said.get("session")), key_of(said.get("group"))
    return Origin(
        session=Session.objects.not_cancelled().filter(pk=session).first() if session else None,
        group=InterestGroup.objects.filter(memberships__staff=staff, pk=group).first() if group else None,
        meant_for=_quarter(said.get("quarter"), today),
    )


def _quarter(said: str | None, today: datetime.date) -> datetime.date | None:
    try:
        first = quarter_of(datetime.date.fromisoformat(said or "")).first
    except ValueError:
        return None
    return first if first.year >= FIRST_YEAR and first <= today else None


def find_book(key: int | None) -> Book | None:
    return Book.objects.filter(pk=key).first() if key else None


def new_token(said: str | None) -> uuid.UUID:
    """That of the form; a new one where it has none."""
    try:
        return uuid.UUID(said or "")
    except ValueError:
        return uuid.uuid4()


def keep_draft(
    form: DraftForm,
    *,
    staff: StaffMember,
    reflection: Reflection | None,
    by,
    now: datetime.datetime,
    today: datetime.date,
    suggests_title: bool,
) -> Reflection:
    """Store what stands in a valid `form`; an empty title becomes the suggested one if so wished. Raises DraftError."""
    typed = form.cleaned_data
    is_same_book = reflection is not None and typed["book"] and typed["book"] == reflection.book_id
    book = reflection.book if is_same_book else find_book(typed["book"])
    origin = None if reflection else origin_of(form.data, staff=staff, today=today)
    title = typed["title"]
    if suggests_title and not title:
        session = reflection.session if reflection else origin.session
        title = suggested_title(book_name=book.title if book else typed["book_title"], session=session)
    text = {"title": title, "html": form.body, "application": typed["application"], "book": book, "book_title": typed["book_title"]}
    if reflection:
        return save_draft(reflection=reflection, version=typed["version"], copy=typed["copy"], by=by, now=now, **text)
    return open_draft(
        author=staff,
        token=new_token(typed["token"]),
        session=origin.session,
        group=origin.group,
        meant_for=origin.meant_for,
        by=by,
        now=now,
        **text,
    )
