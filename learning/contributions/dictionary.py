"""What a clipping is read with: the outlets with all their names and domains, the departments, the people. Pure."""

import re
import unicodedata
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property

SHORTEST_NAME = 2  # characters: a single one stands in every text
DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){1,6}[a-z]{2,12}")
BLANKS = re.compile(r"[^\S\n]+")


def plain_name(text: str) -> str:
    """As names are compared: full-width letters and capitals made plain, no blanks."""
    return BLANKS.sub("", unicodedata.normalize("NFKC", text).casefold())


def is_domain(name: str) -> bool:
    return DOMAIN.fullmatch(name) is not None


@dataclass(frozen=True, slots=True)
class KnownOutlet:
    key: int
    label: str
    medium: str
    names: tuple[str, ...]  # all of them, its own among them, and domains


@dataclass(frozen=True, slots=True)
class KnownDepartment:
    key: int
    label: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class KnownPerson:
    key: int
    name: str
    label: str  # with the department, as a form accepts it
    department: int | None


@dataclass(frozen=True)
class Dictionary:
    outlets: tuple[KnownOutlet, ...] = ()
    departments: tuple[KnownDepartment, ...] = ()
    people: tuple[KnownPerson, ...] = ()

    @cached_property
    def outlets_by_name(self) -> dict[str, KnownOutlet]:
        named = ((plain_name(name), outlet) for outlet in self.outlets for name in outlet.names)
        return {name: outlet for name, outlet in named if len(name) >= SHORTEST_NAME and not is_domain(name)}

    @cached_property
    def domains(self) -> dict[str, KnownOutlet]:
        return {name.casefold(): outlet for outlet in self.outlets for name in outlet.names if is_domain(name.casefold())}

    @cached_property
    def departments_by_name(self) -> dict[str, KnownDepartment]:
        """A short name that two departments have names neither."""
        found = defaultdict(set)
        for department in self.departments:
            for name in department.names:
                found[plain_name(name)].add(department)
        return {name: next(iter(same)) for name, same in found.items() if len(same) == 1 and len(name) >= SHORTEST_NAME}

    @cached_property
    def people_by_name(self) -> dict[str, list[KnownPerson]]:
        found = defaultdict(list)
        for person in self.people:
            found[plain_name(person.name)].append(person)
        return {name: same for name, same in found.items() if len(name) >= SHORTEST_NAME}

    def outlet_of_host(self, host: str) -> KnownOutlet | None:
        """The outlet with the longest domain that `host` is or lies below."""
        labels = host.casefold().rstrip(".").split(".")
        for begin in range(len(labels)):
            if outlet := self.domains.get(".".join(labels[begin:])):
                return outlet
        return None
