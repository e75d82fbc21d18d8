"""The access tables of rooms where people are asked by who they are, not by group: a row for an address and what stands behind it."""

import contextlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.db import models

from .visits import Visit, client_of, unmade_pages, visit

NOBODY = frozenset()


@dataclass(frozen=True)
class Rule:
    """Who gets in by GET, and whose POST is not refused (None: not to be posted to)."""

    name: str
    objects: str = ""
    get: frozenset = NOBODY
    post: frozenset | None = None


@dataclass(frozen=True)
class Answer:
    """What one person's GET and POST of a rule's address came to."""

    rule: Rule
    seen: Visit
    posted: Visit


def is_let_in(seen: Visit) -> bool:
    return seen.is_let_in and seen.status != 405  # 405: only to be posted to, or never


def ask(
    rules: Iterable[Rule], *, person: str, user: models.Model | None, address: Callable[[Rule], str], data: dict[str, dict]
) -> list[Answer]:
    """GET and POST `address(rule)` of every rule as `user`; `data` is what an address wants to be told, by its name.

    A page is made for whom the rule lets in: who is refused, and what a POST came to, is known without one.
    """
    client, answers = client_of(user), []
    for rule in rules:
        with contextlib.nullcontext() if person in rule.get else unmade_pages():
            seen = visit(client, address(rule))
        with unmade_pages():
            posted = visit(client, address(rule), "post", data=data.get(rule.name, {}))
        answers.append(Answer(rule, seen, posted))
    return answers


def against_the_rules(person: str, answers: Iterable[Answer]) -> list[tuple]:
    """Where `person` got in or was refused otherwise than the rules say, or something broke."""
    return [
        (answer.rule.name, answer.rule.objects, method, came.status, came.location)
        for answer in answers
        for method, came, people in (("get", answer.seen, answer.rule.get), ("post", answer.posted, answer.rule.post or NOBODY))
        if came.status >= 500 or is_let_in(came) != (person in people)
    ]
