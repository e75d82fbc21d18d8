"""Fields of the forms a person fills the own file by. Nothing typed is refused for its length here: the services say what is too long."""

import uuid

from django import forms


class LineField(forms.CharField):
    """A line without the characters that no database takes."""

    def to_python(self, value):
        return " ".join(super().to_python(value).replace("\x00", "").split())


class TypedField(forms.CharField):
    """Text as somebody typed it."""

    def __init__(self, *, rows: int, **kwargs):
        super().__init__(strip=False, widget=forms.Textarea(attrs={"rows": rows}), **kwargs)

    def to_python(self, value):
        return plain_text(super().to_python(value))


class VersionField(forms.Field):
    """The version that a page was opened with; whatever else stands there is none."""

    widget = forms.HiddenInput

    def __init__(self):
        super().__init__(required=False)

    def to_python(self, value):
        return int(value) if value and value.isascii() and value.isdecimal() and len(value) < 10 else None


class TokenField(forms.Field):
    """By which the same form is known when it is sent twice; whatever else stands there is a new one."""

    widget = forms.HiddenInput

    def __init__(self):
        super().__init__(required=False)

    def to_python(self, value):
        try:
            return uuid.UUID(str(value))
        except ValueError:
            return uuid.uuid4()


def plain_text(text: str) -> str:
    return text.replace("\x00", "").replace("\r\n", "\n").replace("\r", "\n").strip()
