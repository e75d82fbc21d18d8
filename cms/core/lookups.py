"""Keys that no database row can have find nothing, instead of failing on SQLite, whose whole numbers end at 64 bits.

Django sees to it for `exact` and for the orders (`IntegerFieldExact` and its kin) but neither for `in`, with which every field of several choices
and Wagtail's actions on many look their keys up, nor for the lookups of a foreign key.
"""

from django.core.exceptions import EmptyResultSet
from django.db.models import IntegerField
from django.db.models.fields.related import ForeignObject
from django.db.models.fields.related_lookups import RelatedExact, RelatedIn
from django.db.models.lookups import In

LEAST, MOST = -(2**63), 2**63 - 1


def is_possible(value) -> bool:
    return not isinstance(value, int) or LEAST <= value <= MOST


class _PossibleOnly:
    def get_prep_lookup(self):
        values = super().get_prep_lookup()
        return [one for one in values if is_possible(one)] if isinstance(values, (list, tuple, set)) else values


class IntegerIn(_PossibleOnly, In):
    pass


class KeyIn(_PossibleOnly, RelatedIn):
    pass


class KeyExact(RelatedExact):
    def as_sql(self, compiler, connection):
        if not is_possible(self.rhs):
            raise EmptyResultSet
        return super().as_sql(compiler, connection)


def register_lookups() -> None:
    IntegerField.register_lookup(IntegerIn)
    ForeignObject.register_lookup(KeyIn)
    ForeignObject.register_lookup(KeyExact)
