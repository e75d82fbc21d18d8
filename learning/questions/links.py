"""The link beside a line: what is asked about is signed, so that nobody asks about what they were not shown."""

from dataclasses import asdict, dataclass

from django.core import signing
from django.urls import reverse

SALT = "learning.questions"


@dataclass(frozen=True, slots=True)
class About:
    """`key` is the same whoever asks about the thing: "contributions.share:12"."""

    desk: str
    key: str
    about: str
    url: str


def ask_url(about: About) -> str:
    return f"{reverse('ask_question')}?about={signing.dumps(asdict(about), salt=SALT, compress=True)}"


def read_about(token: str) -> About | None:
    """None for a link that is not ours."""
    try:
        return About(**signing.loads(token, salt=SALT))
    except (signing.BadSignature, TypeError):
        return None
