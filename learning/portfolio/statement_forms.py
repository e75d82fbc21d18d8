"""The form of a statement, a person's or a department's."""

from django import forms

from ..programme.forms import ServiceErrors, VersionField
from .form_fields import TypedField
from .models import StudyStatement

LONGEST = StudyStatement._meta.get_field("text").max_length


class StatementForm(ServiceErrors, forms.Form):
    version = VersionField()
    text = TypedField(
        label="述学报告", rows=20, help_text=f"一段一行，空行隔开；最多 {LONGEST} 字。", error_messages={"required": "请写述学报告。"}
    )
