"""The link in a reviewer's message: one account, one reflection, one round, two weeks. It opens nothing that the account may not see."""

from dataclasses import dataclass

from django.core import signing
from django.urls import reverse

from .models import Reflection

SALT = "learning.reading.review-link"
MAX_AGE = 14 * 24 * 60 * 60  # seconds


class BadLinkError(Exception):
    """Not a link of ours, or one that was cut off on its way."""


class ExpiredLinkError(BadLinkError):
    """Ours, and too old."""


@dataclass(frozen=True, slots=True)
class ReviewLink:
    reflection_id: int
    round_number: int
    user_id: int


def token_for(user, reflection: Reflection, round_number: int) -> str:
    return signing.dumps([reflection.pk, round_number, user.pk], salt=SALT)


def address_for(user, reflection: Reflection, round_number: int) -> str:
    return reverse("review_link", args=[token_for(user, reflection, round_number)])


def read_token(token: str) -> ReviewLink:
    """Raises ExpiredLinkError and BadLinkError."""
    try:
        reflection_id, round_number, user_id = signing.loads(token, salt=SALT, max_age=MAX_AGE)
    except signing.SignatureExpired as error:
        raise ExpiredLinkError from error
    except (signing.BadSignature, ValueError, TypeError) as error:
        raise BadLinkError from error
    return ReviewLink(reflection_id, round_number, user_id)
