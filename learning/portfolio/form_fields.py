"""Fields of the forms a person fills the own file by. Nothing typed is refused for its length here: the services say what is too long."""

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


def plain_text(text: str) -> str:
    return text.replace("\x00", "").replace("\r\n", "\n").replace("\r", "\n").strip()
