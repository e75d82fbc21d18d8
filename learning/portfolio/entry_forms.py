"""Forms of a 收获运用 and of an achievement."""

from django import forms
from django.utils.dateparse import parse_datetime

from ..programme.forms import DayField, ServiceErrors, TokenField, VersionField
from ..topics.areas import ContentArea
from .choices import AchievementKind
from .form_fields import LineField, TypedField
from .models import Achievement, Application
from .services.entries import AchievementFacts, ApplicationWords, facts_of, source_key
from .sources import choices_of


class ApplicationForm(ServiceErrors, forms.Form):
    """`sources` are those that may be chosen (`sources.sources_of`); an entry that is there may keep its own."""

    token = TokenField()
    version = VersionField()
    source = forms.ChoiceField(
        label="学自",
        required=False,
        help_text="从您今年和去年的学习记录里选；不在里面的可以不选。",
        error_messages={"invalid_choice": "只能选自己今年或去年的学习记录。请重新选择。"},
    )
    learnt = LineField(
        label="学到了什么",
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="一句话，例如“公文格式国家标准”。",
        error_messages={"required": "请写学到了什么。"},
    )
    change = TypedField(
        label="工作上有什么改变",
        rows=4,
        help_text="原来怎样，现在怎样；有数的写数。",
        error_messages={"required": "请写工作上有什么改变。"},
    )
    happened_on = DayField(label="日期", help_text="改变发生的那一天，或者开始的那一天。")

    def __init__(self, *args, sources: dict, entry: Application | None = None, **kwargs):
        super().__init__(*args, **kwargs)
        choices = [("", "（不选）"), *choices_of(sources)]
        if entry and (key := source_key(entry)) and key not in sources:
            choices.insert(1, (key, entry.source_title))
        self.fields["source"].choices = choices

    @property
    def words(self) -> ApplicationWords:
        return ApplicationWords(**{name: self.cleaned_data[name] for name in ApplicationWords.__slots__})

    @staticmethod
    def initial_of(entry: Application) -> dict:
        values = {name: getattr(entry, name) for name in ("token", "version", "learnt", "change", "happened_on")}
        return values | {"source": source_key(entry)}


class MomentField(forms.Field):
    """When something was saved, as the form was shown; whatever else stands there is never."""

    widget = forms.HiddenInput

    def __init__(self):
        super().__init__(required=False)

    def to_python(self, value):
        try:
            return parse_datetime(value or "")
        except ValueError:
            return None


class AchievementForm(ServiceErrors, forms.Form):
    token = TokenField()
    was = MomentField()
    kind = forms.ChoiceField(label="类别", choices=AchievementKind.choices, error_messages={"invalid_choice": "请从列出的类别里选。"})
    title = LineField(
        label="名称",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text="例如“公共管理硕士”“社会工作者职业资格”。",
        error_messages={"required": "请写名称。"},
    )
    institution = LineField(label="学校或发证单位", required=False, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    area = forms.ChoiceField(
        label="内容领域",
        required=False,
        choices=[("", "（不填）"), *ContentArea.choices],
        error_messages={"invalid_choice": "请从列出的领域里选。"},
    )
    started_on = DayField(label="开始日期")
    finished_on = DayField(label="完成日期", required=False, help_text="还在学的先不填，完成以后再来填。")

    @property
    def facts(self) -> AchievementFacts:
        return AchievementFacts(**{name: self.cleaned_data[name] for name in AchievementFacts.__slots__})

    @staticmethod
    def initial_of(entry: Achievement) -> dict:
        facts = facts_of(entry)
        return {"was": entry.saved_at.isoformat(), **{name: getattr(facts, name) for name in AchievementFacts.__slots__}}
