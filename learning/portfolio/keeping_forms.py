"""Forms of a file that is kept: confirmed, taken back, reopened; and what the list of a year is narrowed by."""

from dataclasses import dataclass

from django import forms
from django.utils.http import urlencode

from ..evidence import Have
from ..programme.forms import ServiceErrors
from .choices import State
from .form_fields import LineField, TypedField

LONGEST_NAME = 50
KEPT = {"open": "未确认", "confirmed": "已确认，未锁定", "locked": "已锁定"}


class ConfirmForm(ServiceErrors, forms.Form):
    """`seen`: the digest of what this page showed."""

    seen = forms.CharField(required=False, widget=forms.HiddenInput)
    note = TypedField(rows=2, label="意见", required=False, help_text="本人看得到；最多 300 字。")


class TakeBackForm(ServiceErrors, forms.Form):
    reason = TypedField(rows=2, label="撤销的原因", required=False, help_text="发给本人；最多 300 字。")


class ReopenForm(ServiceErrors, forms.Form):
    reason = TypedField(rows=2, label="重开的原因", required=False, help_text="发给本人和负责人，随这次锁定长期保存；最多 300 字。")


@dataclass(frozen=True, slots=True)
class YearFilters:
    """As the address has them; what is none of the offered is left out."""

    department: int | None = None
    have: Have | None = None
    state: State | None = None
    kept: str = ""
    name: str = ""

    @classmethod
    def read(cls, asked) -> "YearFilters":
        department = asked.get("department", "")
        states = {state.key: state for state in State}
        return cls(
            department=int(department) if department.isascii() and department.isdecimal() and len(department) < 10 else None,
            have=next((have for have in Have if have.value == asked.get("have")), None),
            state=states.get(asked.get("state")),
            kept=asked.get("kept") if asked.get("kept") in KEPT else "",
            name=LineField().to_python(asked.get("name", ""))[:LONGEST_NAME],
        )

    @property
    def query(self) -> str:
        said = {
            "department": self.department,
            "have": self.have.value if self.have else None,
            "state": self.state.key if self.state else None,
            "kept": self.kept,
            "name": self.name,
        }
        return urlencode({name: value for name, value in said.items() if value})

    @property
    def is_any(self) -> bool:
        return bool(self.query)
