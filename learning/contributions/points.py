"""Scores are exact: kept as whole millionths, so that a sum in SQL is exact on SQLite, too, whose own decimals are floating point."""

from decimal import ROUND_HALF_EVEN, Decimal

from django import forms
from django.core.exceptions import ValidationError
from django.db import models

PLACES = 6
ONE = 10**PLACES
STEP = Decimal(1).scaleb(-PLACES)
MOST = Decimal(10) ** 9


def exact(value) -> Decimal:
    """`value` to a millionth, halves to the even: what is kept is what is counted with."""
    return Decimal(value).quantize(STEP, rounding=ROUND_HALF_EVEN)


class PointsField(models.BigIntegerField):
    """A Decimal with six places for Python, a whole number for the database. `Sum` of it gives a Decimal again.

    A value with more than six places is refused, never rounded behind one's back.
    """

    description = "分数"

    def from_db_value(self, value, expression, connection):
        return None if value is None else Decimal(int(value)).scaleb(-PLACES)

    def to_python(self, value):
        if value is None or isinstance(value, Decimal):
            return value
        try:
            return Decimal(str(value))
        except ArithmeticError as error:
            raise ValidationError("请填一个数。") from error

    def get_prep_value(self, value):
        if value is None or hasattr(value, "resolve_expression"):
            return value
        points = self.to_python(value)
        whole = points.scaleb(PLACES)
        if whole != whole.to_integral_value():
            raise ValidationError(f"分数最多 {PLACES} 位小数。")
        return int(whole)

    @property
    def validators(self):
        """Those of a whole number would compare with the range of millionths."""
        return list(self._validators)

    def clean(self, value, model_instance):
        points = super().clean(value, model_instance)
        if points is not None and (not points.is_finite() or abs(points) > MOST or exact(points) != points):
            raise ValidationError(f"请填绝对值不超过 {MOST:f} 的数，最多 {PLACES} 位小数。")
        return points

    def value_to_string(self, obj):
        value = self.value_from_object(obj)
        return "" if value is None else str(value)

    def formfield(self, **kwargs):
        defaults = {"form_class": forms.DecimalField, "max_digits": 9 + PLACES, "decimal_places": PLACES}
        return models.Field.formfield(self, **{**defaults, **kwargs})
