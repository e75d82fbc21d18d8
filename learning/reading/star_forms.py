"""Forms of the selection of reading stars."""

from django import forms

from ..programme.forms import ServiceErrors
from .exhibition_forms import QuarterField
from .models import StarSelection
from .services.stars import MAX_REASON, NOTICE_DAYS, SAMPLE_CRITERIA, Choice, Terms


class TermsForm(ServiceErrors, forms.ModelForm):
    """The criteria. A service keeps them."""

    quarter = QuarterField()

    class Meta:
        model = StarSelection
        fields = ["criteria", "places", "min_books", "min_reflections", "min_exchanges", "min_mean"]
        widgets = {
            "criteria": forms.Textarea(attrs={"rows": 8}),
            **{
                name: forms.NumberInput(attrs={"inputmode": "numeric"})
                for name in ("places", "min_books", "min_reflections", "min_exchanges")
            },
            "min_mean": forms.NumberInput(attrs={"inputmode": "decimal", "step": "0.5"}),
        }
        help_texts = {
            "criteria": "所有人都看得到；公布以后不能再改。",
            "places": "超出名额的，评定时要写明原因。",
            "min_books": "0 为不要求。",
            "min_reflections": "首次提交在这一季度、已通过评阅的。0 为不要求。",
            "min_exchanges": "到会、迟到、线上都算参加。0 为不要求。",
            "min_mean": "一人有几篇参评的，取最高的一篇。不填为不要求。",
        }
        error_messages = {
            "criteria": {"required": "请写明评选标准。"},
            **{name: {"required": "请填一个数，不要求的填 0。"} for name in ("min_books", "min_reflections", "min_exchanges")},
            "places": {"required": "请填名额。"},
        }

    def __init__(self, *args, quarters=None, **kwargs):
        """`quarters` are the choices of a new selection; one that is there keeps its own."""
        super().__init__(*args, **kwargs)
        if quarters is None:
            del self.fields["quarter"]
            return
        self.fields["quarter"].choices = quarters
        self.order_fields(["quarter"])
        self.initial.setdefault("criteria", SAMPLE_CRITERIA)

    @property
    def terms(self) -> Terms:
        return Terms(**{name: self.cleaned_data[name] for name in self._meta.fields})


class ChoiceForm(forms.Form):
    """One candidate who is chosen. What is wrong with it the service says."""

    reason = forms.CharField(
        label="理由",
        max_length=MAX_REASON,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "请写明评定的理由。", "max_length": "最多 %(limit_value)s 个字，现在有 %(show_value)s 个。"},
    )
    is_exception = forms.BooleanField(label="破格评定", required=False)

    def __init__(self, *args, candidate, **kwargs):
        super().__init__(*args, prefix=f"c{candidate.person.pk}", **kwargs)
        self.candidate = candidate
        if candidate.meets_all:
            del self.fields["is_exception"]

    @property
    def choice(self) -> Choice:
        return Choice(self.candidate.person.pk, self.cleaned_data["reason"], self.cleaned_data.get("is_exception", False))


class DecisionForm(ServiceErrors, forms.Form):
    note = forms.CharField(
        label="评定说明",
        max_length=StarSelection._meta.get_field("decision_note").max_length,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="怎么评的、谁参加评的，例如“领导小组 12 月 28 日会议研究”。",
    )

    def __init__(self, data=None, *, candidates):
        super().__init__(data)
        self.choices = [ChoiceForm(data, candidate=candidate) for candidate in candidates]

    def is_valid(self):
        """All of them, so that every mistake is shown at once."""
        return all([super().is_valid(), *(choice.is_valid() for choice in self.choices)])

    def add_service_error(self, error):
        """What is wrong with one of those chosen stands beside their reason."""
        by_field = error.error_dict if hasattr(error, "error_dict") else {}
        for choice in self.choices:
            for one in by_field.pop(f"reason_{choice.candidate.person.pk}", ()):
                choice.add_error("reason", one)
        if by_field or not hasattr(error, "error_dict"):
            super().add_service_error(error)

    @property
    def has_errors(self) -> bool:
        return bool(self.errors) or any(choice.errors for choice in self.choices)


class NoticeForm(ServiceErrors, forms.Form):
    days = forms.IntegerField(
        label="公示期（工作日）",
        min_value=1,
        max_value=30,
        initial=NOTICE_DAYS,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
        help_text="自发布之日起算。",
    )
    contact = forms.CharField(
        label="向谁反映",
        max_length=200,
        help_text="科室、电话或信箱，例如“机关党委，办公楼 305 室，电话 0000-0000000”。",
        error_messages={"required": "请写明向谁反映、怎么联系。"},
    )


class RevokeForm(ServiceErrors, forms.Form):
    reason = forms.CharField(label="撤回的原因", max_length=200, error_messages={"required": "请写明为什么撤回。"})
