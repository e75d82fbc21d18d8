"""Forms of a research report: its topic, the decision on it, the report, visits, hand-in, outcomes. Nothing typed is refused for its length
here: the services say what is too long."""

import datetime

from django import forms
from django.core.exceptions import ValidationError
from django.template.defaultfilters import filesizeformat

from ..judging.forms import BallotForm, ConflictForm, PreparationForm
from ..programme.forms import ApprovalForm, DayField, ServiceErrors, TokenField, VersionField
from ..programme.people import People, UnknownNameError
from .choices import Level, OutcomeKind
from .models import Placement, ResearchReport
from .research_limits import HINT, MOST_FILES
from .services.research import LIMITS
from .services.research_files import DOCUMENT_ENDINGS, MAX_BYTES, PICTURE_ENDINGS
from .services.research_judging import MOST_PLACES
from .services.research_work import TEXTS, VisitLine, Written

APPEND, REPLACE = "append", "replace"
VISITS_OFFERED = 3  # empty lines below those that are there
MOST_VISIT_FORMS = 40
MAX_DOCUMENT = filesizeformat(MAX_BYTES)


class LineField(forms.CharField):
    """A line without the characters that no database takes."""

    def to_python(self, value):
        return super().to_python(value).replace("\x00", "")


class TypedField(LineField):
    """Text as somebody typed it."""

    def __init__(self, *, rows: int, **kwargs):
        super().__init__(strip=False, widget=forms.Textarea(attrs={"rows": rows}), **kwargs)


class TopicForm(ServiceErrors, forms.Form):
    """`departments` and `years` are the choices of a new topic; one that is there keeps its own."""

    token = TokenField()
    version = VersionField()
    department = forms.TypedChoiceField(
        label="科室（单位）",
        coerce=int,
        error_messages={"required": "请选科室（单位）。", "invalid_choice": "只能为自己所在或负责的科室（单位）申报。"},
    )
    year = forms.TypedChoiceField(
        label="年度", coerce=int, error_messages={"required": "请选年度。", "invalid_choice": "这个年度现在不能申报，请重新选择。"}
    )
    title = LineField(
        label="选题",
        help_text=HINT,
        widget=forms.TextInput(attrs={"maxlength": LIMITS["title"], "autocomplete": "off"}),
        error_messages={"required": "请写选题。"},
    )
    purpose = TypedField(
        label="为什么调研", rows=4, help_text="遇到什么问题，想弄清什么，打算怎么用。", error_messages={"required": "请写为什么调研。"}
    )
    linked_work = LineField(
        label="对应的工作任务", required=False, widget=forms.TextInput(attrs={"maxlength": LIMITS["linked_work"], "autocomplete": "off"})
    )
    team = LineField(
        label="调研组成员",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="写姓名，用顿号或换行隔开；第一位是组长。",
        error_messages={"required": "请至少写一位成员。"},
    )

    def __init__(self, *args, people: People, departments=None, years=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.people = people
        if departments is None:
            for name in ("department", "year", "token"):
                del self.fields[name]
        else:
            self.fields["department"].choices = departments
            self.fields["year"].choices = [(year, f"{year}年") for year in years]

    def clean_team(self):
        try:
            return self.people.all_named(self.cleaned_data["team"])
        except UnknownNameError as error:
            raise ValidationError(str(error)) from error


class DecisionForm(ApprovalForm):
    note = TypedField(label="意见", rows=3, required=False, help_text="退回的必须写明为什么、怎么改；申报人看得到。")


class WithdrawForm(ServiceErrors, forms.Form):
    reason = LineField(
        label="撤回原因", error_messages={"required": "请写明撤回的原因。"}, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )


class SeveralFilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class SeveralFilesField(forms.FileField):
    """As many as the browser sends; what is in them is the service's to check."""

    def clean(self, data, initial=None):
        return [file for file in data or () if file]


class WritingForm(ServiceErrors, forms.Form):
    """The report and, in the same form, the files: what was typed comes along when a file is sent."""

    version = VersionField()
    method = LineField(
        label="调研方法",
        required=False,
        help_text="例如“实地走访、座谈、问卷”。",
        widget=forms.TextInput(attrs={"maxlength": ResearchReport._meta.get_field("method").max_length, "autocomplete": "off"}),
    )
    interviewees = forms.IntegerField(
        label="访谈人数",
        required=False,
        min_value=0,
        max_value=30_000,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
        error_messages={"invalid": "请填整数。", "min_value": "人数不能为负。", "max_value": "访谈人数太大，请核对。"},
    )
    abstract = TypedField(label="摘要", rows=4, required=False)
    problem = TypedField(label="问题", rows=4, required=False)
    cause = TypedField(label="原因", rows=4, required=False)
    proposal = TypedField(label="建议", rows=4, required=False)
    body = TypedField(label="报告正文", rows=18, required=False, help_text="一段一行。评委看到的是这里的文字，不看到姓名和科室。")
    document = forms.FileField(
        label="读入 Word 文件",
        required=False,
        allow_empty_file=True,
        help_text=f".docx，不超过 {MAX_DOCUMENT}。文字读入正文，原件存为报告全文。请勿上传涉密文件。",
        widget=forms.FileInput(attrs={"accept": ".docx"}),
    )
    document_mode = forms.ChoiceField(
        label="正文里已有文字",
        required=False,
        initial=APPEND,
        choices=[(APPEND, "接在后面"), (REPLACE, "替换现有正文（原来的留作一版）")],
        widget=forms.RadioSelect,
    )
    attachments = SeveralFilesField(
        label="附件",
        required=False,
        help_text=f"{'、'.join((*DOCUMENT_ENDINGS, *PICTURE_ENDINGS))}；每个不超过 {MAX_DOCUMENT}，一份报告最多 {MOST_FILES} 个。",
        widget=SeveralFilesInput(attrs={"accept": ",".join(f".{one}" for one in (*DOCUMENT_ENDINGS, *PICTURE_ENDINGS))}),
    )

    @property
    def written(self) -> Written:
        return Written(**{name: self.cleaned_data[name] for name in Written.__slots__})

    @property
    def is_replacing(self) -> bool:
        return self.cleaned_data["document_mode"] == REPLACE

    @staticmethod
    def initial_of(report: ResearchReport) -> dict:
        return {"version": report.version, **{name: getattr(report, name) for name in Written.__slots__}}

    def differing(self, stored: ResearchReport) -> list[tuple[str, str]]:
        """(label, stored text) of the fields in which what is typed here is not what is stored."""
        typed = {name: (self[name].value() or "").replace("\r\n", "\n").strip() for name in (*TEXTS, "method")}
        return [(str(self.fields[name].label), getattr(stored, name)) for name, text in typed.items() if text != getattr(stored, name)]


class VisitForm(forms.Form):
    """A visit; a line that is left empty is none."""

    line: VisitLine | None = None

    began_on = DayField(label="开始", required=False)
    ended_on = DayField(label="结束", required=False)
    place = LineField(label="地点", max_length=100, required=False)
    note = LineField(label="内容", max_length=200, required=False)

    def clean(self):
        cleaned = super().clean()
        if not any(cleaned.get(name) for name in ("began_on", "ended_on", "place", "note")) or self.errors:
            return cleaned
        if not cleaned.get("began_on"):
            self.add_error("began_on", "请选开始日期；不要这一行的，四格都清空。")
        if not cleaned.get("place"):
            self.add_error("place", "请写地点。")
        if not self.errors:
            began_on, ended_on = cleaned["began_on"], cleaned.get("ended_on") or cleaned["began_on"]
            if ended_on < began_on:
                self.add_error("ended_on", "结束日期早于开始日期。")
            else:
                self.line = VisitLine(began_on, ended_on, cleaned["place"], cleaned.get("note", ""))
        return cleaned


class VisitFormSet(forms.BaseFormSet):
    @property
    def lines(self) -> list[VisitLine]:
        return [form.line for form in self.forms if form.line]


Visits = forms.formset_factory(VisitForm, formset=VisitFormSet, extra=VISITS_OFFERED, max_num=MOST_VISIT_FORMS)


class HandInForm(ServiceErrors, forms.Form):
    version = VersionField()
    secrecy_checked_by = LineField(
        label="保密审查人",
        help_text="由谁看过，确认没有涉密和不宜公开的内容。",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "请写保密审查人的姓名。"},
    )
    secrecy_checked_on = DayField(label="保密审查日期")


class OutcomeForm(ServiceErrors, forms.Form):
    kind = forms.ChoiceField(
        label="去向", choices=OutcomeKind.choices, error_messages={"required": "请选去向。", "invalid_choice": "请从列出的去向里选。"}
    )
    happened_on = DayField(label="日期")
    level = forms.ChoiceField(
        label="级别",
        required=False,
        choices=[("", "（不填）"), *Level.choices],
        help_text="上推、发表、批示的级别；领导批示必填。",
        error_messages={"invalid_choice": "请从列出的级别里选。"},
    )
    receiver = LineField(
        label="报给谁、在哪里发表、谁批示或哪份文件",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "请写报给谁、在哪里发表、谁批示或哪份文件。"},
    )
    change = TypedField(
        label="工作上有什么改变", rows=3, required=False, help_text="转化的必填：会成为调研组成员五有档案“收获运用”的材料。"
    )
    placement = forms.ModelChoiceField(
        label="刊发记录",
        queryset=Placement.objects.none(),
        required=False,
        empty_label="（不关联）",
        help_text="已在新闻宣传里登记采用的，可以关联。",
        error_messages={"invalid_choice": "这条刊发记录不在可选范围内，请重新选择。"},
    )

    def __init__(self, *args, placements, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["placement"].queryset = placements
        if not placements.exists():
            del self.fields["placement"]


class ResearchJudgingForm(ServiceErrors, PreparationForm):
    places = forms.IntegerField(
        label="评出篇数",
        min_value=1,
        max_value=MOST_PLACES,
        help_text="方案规定全局评出 5 篇。名次不并列，评出的篇数不多也不少。",
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
        error_messages={
            "required": "请填评出几篇。",
            "invalid": "请填整数。",
            "min_value": "至少评出 1 篇。",
            "max_value": f"最多 {MOST_PLACES} 篇。",
        },
    )
    due_on = DayField(label="评分截止", help_text="只作提醒；什么时候结束评分由您决定。")

    field_order = ("judges", "places", "due_on", "note")


class ResearchBallotForm(ServiceErrors, BallotForm):
    pass


class ResearchConflictForm(ServiceErrors, ConflictForm):
    pass


def years_to_declare(today: datetime.date) -> list[int]:
    """This year; the last one while it is being closed, the next one while it is being planned."""
    return [*([today.year - 1] if today.month <= 2 else []), today.year, *([today.year + 1] if today.month >= 11 else [])]
