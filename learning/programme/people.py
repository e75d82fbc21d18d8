"""People as a form offers and reads them: in the order of their names, told apart by their department."""

import datetime
import re
from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property

from ..organisation.models import StaffMember

BETWEEN_NAMES = re.compile(r"[、，,;；\n\r]+")


class UnknownNameError(ValueError):
    """No one, or more than one, of that name; the message is Chinese and says what to write instead."""


@dataclass(frozen=True)
class People:
    """Whoever is employed on `day`, and `kept` (keys of people a form names already), loaded in one statement when first asked."""

    day: datetime.date
    kept: frozenset[int] = field(default_factory=frozenset)

    @cached_property
    def by_key(self) -> dict[int, StaffMember]:
        everybody = StaffMember.objects.employed_on(self.day)
        if self.kept:
            everybody = StaffMember.objects.filter(pk__in=everybody.values("pk")) | StaffMember.objects.filter(pk__in=self.kept)
        return {person.pk: person for person in everybody.with_department_on(self.day).order_by("sort_key", "pk")}

    @cached_property
    def labels(self) -> dict[int, str]:
        """What a list shows and a form accepts: the name, the department behind it, the number where that does not tell two people apart."""
        plain = {pk: _label(person) for pk, person in self.by_key.items()}
        counts = Counter(plain.values())
        return {pk: label if counts[label] == 1 else f"{label}{_number(self.by_key[pk])}" for pk, label in plain.items()}

    @property
    def choices(self) -> list[tuple[int, str]]:
        return list(self.labels.items())

    @cached_property
    def _by_label(self) -> dict[str, StaffMember]:
        return {label: self.by_key[pk] for pk, label in self.labels.items()}

    def named(self, text: str) -> StaffMember | None:
        """The one person whom `text` (a label, or a name that only one has) means; None for nobody. Raises UnknownNameError for several."""
        text = text.strip()
        if text in self._by_label:
            return self._by_label[text]
        found = [person for person in self.by_key.values() if person.name == text]
        if len(found) > 1:
            raise UnknownNameError(f"本单位有 {len(found)} 位“{text}”。请写成“{self.labels[found[0].pk]}”这样，或从列表里选。")
        return found[0] if found else None

    def all_named(self, text: str) -> list[StaffMember]:
        """Those whom a list of names means, each once. Raises UnknownNameError."""
        found = {}
        for name in filter(None, (part.strip() for part in BETWEEN_NAMES.split(text))):
            person = self.named(name)
            if person is None:
                raise UnknownNameError(f"本单位没有“{name}”。请核对姓名；几个人之间用顿号或换行隔开。")
            found[person.pk] = person
        return list(found.values())


def _label(person: StaffMember) -> str:
    return f"{person.name}（{person.department_name_on}）" if person.department_name_on else person.name


def _number(person: StaffMember) -> str:
    return f"[{person.employee_number or person.pk}]"
