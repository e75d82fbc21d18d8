"""Handing in, consent, and what a reviewer decides."""

from django import forms

from ..programme.forms import ServiceErrors
from ..programme.people import People, UnknownNameError
from .choices import Consent
from .models import PassageComment

CONSENT_CHOICES = [
    (Consent.NONE, "不公开：只有您和评阅人看得到，不展出。"),
    (Consent.INTERNAL, "局内：本局的人登录后看得到，可以参加展评。"),
    (Consent.PUBLIC, "公开：任何人都看得到，可以参加展评。"),
]
COMMENT_LENGTH = PassageComment._meta.get_field("text").max_length
COMMENT = "comment-{}"
REVIEW_FORM = "review"  # the mark-up's name of the form: comments stand in the text, outside it
MOST_COMMENT_FIELDS = 400  # passages; a form with more fields than that is refused by the server (DATA_UPLOAD_MAX_NUMBER_FIELDS)


def consent_field(**kwargs) -> forms.ChoiceField:
    said = "请在不公开、局内、公开里选一种。"
    return forms.ChoiceField(
        choices=CONSENT_CHOICES, widget=forms.RadioSelect, error_messages={"required": said, "invalid_choice": said}, **kwargs
    )


class HandInForm(ServiceErrors, forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    consent = consent_field(label="通过以后给谁看", help_text="以后随时可以改。")


class ConsentForm(ServiceErrors, forms.Form):
    """The author's."""

    consent = consent_field(label="给谁看")


class NarrowForm(ServiceErrors, forms.Form):
    """A clerk's, for somebody else's reflection: narrower only, with a reason."""

    consent = forms.ChoiceField(label="改为", widget=forms.RadioSelect, error_messages={"required": "请选一种展示范围。"})
    reason = forms.CharField(
        label="原因", max_length=200, help_text="例如“作者已调离”。作者会看到。", error_messages={"required": "请写明原因，作者会看到。"}
    )

    def __init__(self, *args, consent: str, **kwargs):
        super().__init__(*args, **kwargs)
        narrower = {Consent.PUBLIC: (Consent.INTERNAL, Consent.NONE), Consent.INTERNAL: (Consent.NONE,)}.get(consent, ())
        self.fields["consent"].choices = [(one.value, one.label) for one in narrower]


class ReviewForm(ServiceErrors, forms.Form):
    """`comments` by number of the passage; one field a passage."""

    ACCEPT, RETURN = "accept", "return"

    round = forms.IntegerField(widget=forms.HiddenInput, error_messages={"required": "页面不完整，没有保存。请刷新后重来。"})
    verdict = forms.ChoiceField(
        choices=[(ACCEPT, "通过"), (RETURN, "退回修改")],
        error_messages={"required": "请点“通过”或“退回修改”。", "invalid_choice": "请点“通过”或“退回修改”。"},
    )
    note = forms.CharField(
        label="评阅意见",
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="作者会看到。退回的请写意见，或在要改的段落下写批注。",
        error_messages={"max_length": "最多 %(limit_value)s 个字，现在有 %(show_value)s 个。"},
    )

    def __init__(self, *args, passages: int, **kwargs):
        super().__init__(*args, **kwargs)
        self.numbers = range(min(passages, MOST_COMMENT_FIELDS))
        for number in self.numbers:
            self.fields[COMMENT.format(number)] = forms.CharField(
                label=f"对第 {number + 1} 段的批注",
                required=False,
                max_length=COMMENT_LENGTH,
                widget=forms.Textarea(attrs={"rows": 2, "form": REVIEW_FORM}),
                error_messages={"max_length": "批注最多 %(limit_value)s 个字，现在有 %(show_value)s 个。"},
            )

    def field_of(self, number: int):
        return self[COMMENT.format(number)] if number in self.numbers else None

    @property
    def is_accepted(self) -> bool:
        return self.cleaned_data["verdict"] == self.ACCEPT

    @property
    def comments(self) -> dict[int, str]:
        found = ((number, self.cleaned_data.get(COMMENT.format(number), "")) for number in self.numbers)
        return {number: text for number, text in found if text}

    @property
    def typed(self) -> list[str]:
        """What a reviewer wrote, to be kept in sight where it could not be stored."""
        return [text for text in (self.cleaned_data.get("note", ""), *self.comments.values()) if text]


class AssignForm(ServiceErrors, forms.Form):
    """Somebody of the bureau who has an account."""

    user = forms.CharField(
        label="请谁评阅",
        max_length=80,
        widget=forms.TextInput(attrs={"list": "people", "autocomplete": "off"}),
        help_text="输入姓名。这一篇由这位同志评阅，不用另外授权；消息里有链接。",
        error_messages={"required": "请写姓名。"},
    )

    def __init__(self, *args, people: People, **kwargs):
        super().__init__(*args, **kwargs)
        self.people = people

    def clean_user(self):
        """The account of the person named. Its key is what is needed further on."""
        name = self.cleaned_data["user"]
        try:
            person = self.people.named(name)
        except UnknownNameError as error:
            raise forms.ValidationError(str(error)) from error
        if person is None:
            raise forms.ValidationError(f"本单位没有“{name}”。请核对姓名，或从列表里选。")
        if person.user_id is None:
            raise forms.ValidationError(f"{person.name}没有登录账号，不能评阅。请另选一位，或先请系统管理员开账号。")
        return person.user
