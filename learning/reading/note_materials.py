"""What a study note is written beside: a page, a book or a session that its owner may see."""

from dataclasses import dataclass

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Q
from django.urls import reverse
from wagtail.models import Page

from cms.core.visibility import visible_pages

from ..programme.models import Session
from .models import Book, StudyNote

LONGEST_KEY = 18  # digits; what is longer is the key of nothing


class UnknownMaterialError(ObjectDoesNotExist):
    """There is no such thing, or it is not the asker's to see."""


@dataclass(frozen=True, slots=True)
class Material:
    """At most one page, one book and one session; none at all for a note that stands for itself."""

    page: Page | None = None
    book: Book | None = None
    session: Session | None = None

    def __bool__(self):
        return bool(self.page or self.book or self.session)

    @property
    def title(self) -> str:
        return next((one.title for one in (self.page, self.book, self.session) if one), "")

    @property
    def url(self) -> str:
        """Where it is read; empty for nothing."""
        if self.page:
            return self.page.url or ""
        if self.book:
            return reverse("reading_book", args=[self.book.pk])
        return reverse("session", args=[self.session.pk]) if self.session else ""

    @property
    def query(self) -> str:
        """As it stands in an address."""
        return "&".join(f"{name}={one.pk}" for name, one in (("page", self.page), ("book", self.book), ("session", self.session)) if one)


NOTHING = Material()


def material_asked(parameters, user) -> Material:
    """What `?page=&book=&session=` of an address names, for `user`. Raises UnknownMaterialError."""
    return Material(
        page=_named(parameters, "page", visible_pages(user)),
        book=_named(parameters, "book", Book.objects.all()),
        session=_named(parameters, "session", Session.objects.all()),
    )


def _named(parameters, name: str, rows):
    if not (value := parameters.get(name, "")):
        return None
    found = rows.filter(pk=value).first() if _is_key(value) else None
    if found is None:
        raise UnknownMaterialError(name)
    return found


def _is_key(value: str) -> bool:
    return value.isascii() and value.isdecimal() and len(value) <= LONGEST_KEY


def material_of(note: StudyNote, user) -> Material:
    """What `note` was written beside, as far as it still is for `user` to see."""
    page = visible_pages(user).filter(pk=note.page_id).first() if note.page_id else None
    return Material(page=page, book=note.book, session=note.session)


def written_beside(parameters) -> Q:
    """Condition on notes: those beside the page (`beside`), book or session that an address names; wrong values name nothing."""
    found = Q()
    for parameter, field in (("beside", "page"), ("book", "book"), ("session", "session")):
        value = parameters.get(parameter, "")
        if _is_key(value):
            found &= Q(**{field: value})
    return found
