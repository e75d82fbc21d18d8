"""Forms of the own reading: a tap beside a book, and a title of one's own."""

from django import forms

from ..programme.forms import DayField, ServiceErrors
from .choices import ReadingState
from .models import Book

CHOOSE = "请选“在读”或“读完”。"


class TapForm(forms.Form):
    """在读 / 读完 beside a book of the room; nobody types anything into it."""

    book = forms.ModelChoiceField(Book.objects.all())
    state = forms.ChoiceField(choices=ReadingState.choices)


class TitleForm(ServiceErrors, forms.Form):
    title = forms.CharField(
        label="书名",
        max_length=120,
        help_text="不用写书名号。阅览室有的书，会自动对上。",
        error_messages={"required": "请写书名。", "max_length": "书名最多 %(limit_value)s 个字，现在有 %(show_value)s 个。"},
    )
    author = forms.CharField(
        label="作者",
        max_length=100,
        required=False,
        error_messages={"max_length": "作者最多 %(limit_value)s 个字，现在有 %(show_value)s 个。"},
    )
    state = forms.ChoiceField(
        label="状态",
        choices=ReadingState.choices,
        initial=ReadingState.FINISHED,
        widget=forms.RadioSelect,
        error_messages={"required": CHOOSE, "invalid_choice": CHOOSE},
    )
    finished_on = DayField(label="读完日期", required=False, help_text="默认今天。以前读完的可以补登，会注明“补登”；在读的不用填。")
