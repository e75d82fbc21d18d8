"""The form a reflection is written in. Nothing that was typed is refused for its length here: the service says what is too long."""

from django import forms
from django.template.defaultfilters import filesizeformat

from ..programme.forms import ServiceErrors
from .models import Reflection
from .own_reflections import OfferedBooks
from .services.files import MAX_DOCUMENT_BYTES, MAX_PHOTO_BYTES, MAX_PHOTOS, PHOTO_ENDINGS
from .services.typed import LIMITS
from .text import clean_html, html_of_text, text_of_html

APPEND, REPLACE = "append", "replace"
PHOTOS_ACCEPTED = ",".join(f".{ending}" for ending in PHOTO_ENDINGS)


class LineField(forms.CharField):
    """A line without the characters that no database takes."""

    def __init__(self, **kwargs):
        super().__init__(required=False, **kwargs)

    def to_python(self, value):
        return super().to_python(value).replace("\x00", "")


class TypedField(LineField):
    """Text as somebody typed it: not stripped, without the characters that no database takes."""

    def __init__(self, **kwargs):
        super().__init__(strip=False, **kwargs)

    def to_python(self, value):
        return super().to_python(value).replace("\r\n", "\n").replace("\r", "\n")


def key_of(said: str | None) -> int | None:
    """A number as a page or an address writes it; whatever else somebody puts there is none."""
    return int(said) if said and said.isascii() and said.isdecimal() and len(said) < 10 else None


class KeyField(forms.Field):
    widget = forms.HiddenInput

    def __init__(self, **kwargs):
        super().__init__(required=False, **kwargs)

    def to_python(self, value):
        return key_of(value)


class SeveralFilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class SeveralFilesField(forms.FileField):
    """As many as the browser sends; what is in them is the service's to check."""

    def clean(self, data, initial=None):
        return [file for file in data or () if file]


class DraftForm(ServiceErrors, forms.Form):
    """`html` is what the editor sends; without the editor `text` is sent alone."""

    token = LineField(widget=forms.HiddenInput)
    version = KeyField()
    copy = KeyField()
    session = KeyField()
    group = KeyField()
    quarter = LineField(widget=forms.HiddenInput)

    book = KeyField(label="读的书", widget=forms.Select)
    book_title = LineField(
        label="没有列出的书",
        widget=forms.TextInput(attrs={"maxlength": LIMITS["book_title"][1], "list": "own-titles", "autocomplete": "off"}),
    )
    title = LineField(
        label="题目",
        help_text="空着的话，保存时写作“读《书名》有感”。",
        widget=forms.TextInput(attrs={"maxlength": LIMITS["title"][1], "autocomplete": "off"}),
    )
    text = TypedField(label="正文", widget=forms.Textarea(attrs={"rows": 16}))
    html = TypedField()
    application = TypedField(
        label="用到工作中的",
        help_text="改变了什么：会成为五有档案“收获运用”的材料。",
        widget=forms.Textarea(attrs={"rows": 3, "maxlength": LIMITS["application"][1]}),
    )
    photos = SeveralFilesField(
        label="选照片",
        required=False,
        help_text=f"JPG、PNG 或 WEBP，最多 {MAX_PHOTOS} 张，每张不超过 {filesizeformat(MAX_PHOTO_BYTES)}；存入时去掉拍摄地点等信息。请勿上传涉密文件。",
        widget=SeveralFilesInput(attrs={"accept": PHOTOS_ACCEPTED, "data-most": MAX_PHOTOS, "data-max-bytes": MAX_PHOTO_BYTES}),
    )
    document = forms.FileField(
        label="选文件",
        required=False,
        allow_empty_file=True,
        help_text=f".docx，不超过 {filesizeformat(MAX_DOCUMENT_BYTES)}。读入文字、标题和加粗，原件一并保存。",
        widget=forms.FileInput(attrs={"accept": ".docx"}),
    )
    document_mode = LineField(
        label="正文里已有文字",
        initial=APPEND,
        widget=forms.RadioSelect(choices=[(APPEND, "接在后面"), (REPLACE, "替换现有正文（原来的另存一份）")]),
    )

    def __init__(self, *args, offered: OfferedBooks | None = None, stored: Reflection | None = None, **kwargs):
        super().__init__(*args, **kwargs)
        self.stored = stored
        self.own_titles: list[str] = []
        if offered:
            self.offer(offered)

    def offer(self, offered: OfferedBooks) -> None:
        groups = [(label, [(book.pk, f"{book}{book.author}") for book in books]) for label, books in offered.groups]
        self.fields["book"].widget.choices = [("", "没有列出，或不针对哪本书"), *groups]
        self.own_titles = offered.titles

    @property
    def has_editor(self) -> bool:
        return "html" in self.data

    @property
    def body(self) -> str:
        """What was typed, as mark-up. A text area that comes back as it was sent out leaves the formatting of the stored text."""
        if self.has_editor:
            return self.cleaned_data["html"]
        typed = html_of_text(self.cleaned_data["text"])
        if self.stored and typed == html_of_text(text_of_html(self.stored.html)):
            return self.stored.html
        return typed

    @property
    def shown_body(self) -> str:
        """What the form is filled with: what was typed where that could not be stored, what is stored otherwise."""
        if self.is_bound:
            return clean_html(self.body)
        return self.stored.html if self.stored else ""

    @property
    def is_replacing(self) -> bool:
        return self.cleaned_data["document_mode"] == REPLACE
