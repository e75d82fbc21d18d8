"""The forms of an article: written, reviewed, sent out; its pictures."""

import datetime
from collections import Counter

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.template.defaultfilters import filesizeformat

from ..organisation.models import Department
from ..programme.forms import DayField, ServiceErrors
from ..programme.models import Session
from ..programme.people import People
from .bylines import AuthorLine, DepartmentLine, UnfitLinesError, read_authors, write_authors
from .choices import Genre, Reason
from .models import Commission, MediaArticle, Outlet
from .rights import ContributionRights
from .services.articles import MAX_BODY, MAX_DEPARTMENTS, MAX_TITLE, MAX_TOPIC
from .services.files import MAX_CAPTION, MAX_DOCUMENT_BYTES, MAX_PICTURE_BYTES, PICTURE_ENDINGS, ReadDocument, read_docx
from .services.review import MAX_NAME, MAX_NOTE

SESSIONS_OFFERED = 40
SESSIONS_SINCE = 120  # days
LONGEST_TYPED = 60_000  # characters that are read at all; what is too long for an article is said with its number
NOT_OFFERED = "请从列表里选，或不选。"


class TypedField(forms.CharField):
    """Text as somebody typed it, without the characters that no database takes. Its length is the service's to judge."""

    def to_python(self, value):
        return super().to_python(value).replace("\x00", "").replace("\r\n", "\n").replace("\r", "\n")


class LineForm(forms.Form):
    """A department of the piece, with its share where shares are stated."""

    department = forms.ModelChoiceField(
        label="科室（单位）",
        queryset=Department.objects.none(),
        required=False,
        empty_label="（不选）",
        error_messages={"invalid_choice": NOT_OFFERED},
    )
    share = forms.DecimalField(
        label="比例（%）",
        required=False,
        min_value=0,
        max_value=100,
        max_digits=5,
        decimal_places=2,
        widget=forms.NumberInput(attrs={"inputmode": "decimal", "step": "0.01"}),
    )

    def __init__(self, *args, departments, choices, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["department"].queryset = departments
        self.fields["department"].choices = choices  # loaded once for all lines

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("share") is not None and not cleaned.get("department") and "department" not in self.errors:
            self.add_error("department", "写了比例的，请选科室（单位）。")
        return cleaned


class LineFormSet(forms.BaseFormSet):
    @property
    def lines(self) -> list[DepartmentLine]:
        chosen = [form.cleaned_data for form in self.forms if form.cleaned_data.get("department")]
        return [DepartmentLine(one["department"], one["share"]) for one in chosen]

    @property
    def has_many(self) -> bool:
        return any(form["department"].value() or form["share"].value() or form.errors for form in self.forms[1:])


Lines = forms.formset_factory(LineForm, formset=LineFormSet, extra=MAX_DEPARTMENTS, max_num=MAX_DEPARTMENTS, absolute_max=MAX_DEPARTMENTS)


class ArticleForm(ServiceErrors, forms.Form):
    token = forms.UUIDField(widget=forms.HiddenInput, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0, max_value=2**31 - 1)
    title = TypedField(
        label="标题",
        widget=forms.TextInput(attrs={"maxlength": MAX_TITLE, "autocomplete": "off"}),
        error_messages={"required": "请写标题。"},
    )
    genre = forms.ChoiceField(label="体裁", choices=Genre.choices, error_messages={"invalid_choice": "请从列出的体裁里选一种。"})
    written_on = DayField(label="成稿日期")
    authors = TypedField(
        label="作者",
        max_length=2000,
        widget=forms.TextInput(attrs={"list": "people", "autocomplete": "off"}),
        help_text="按署名顺序，用顿号隔开。外单位的人直接写姓名；要写明比例的写成“张三 60%、李四 40%”。",
        error_messages={"required": "请写至少一位作者。"},
    )
    body = TypedField(
        label="正文",
        required=False,
        strip=False,
        max_length=LONGEST_TYPED,
        widget=forms.Textarea(attrs={"rows": 16}),
        help_text=f"最多 {MAX_BODY:,} 字。图片不要贴在文字里，请另外上传。",
    )
    document = forms.FileField(
        label="从 Word 文件读入正文",
        required=False,
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".docx"}),
        help_text=f".docx，不超过 {filesizeformat(MAX_DOCUMENT_BYTES)}；读入的文字接在正文后面，原件一并保存。请勿上传涉密文件。",
    )
    topic = TypedField(
        label="主题",
        required=False,
        help_text="例如“书香机关”。",
        widget=forms.TextInput(attrs={"maxlength": MAX_TOPIC, "autocomplete": "off"}),
    )
    session = forms.ModelChoiceField(
        label="报道的学习活动",
        queryset=Session.objects.none(),
        required=False,
        empty_label="（不是报道活动的）",
        error_messages={"invalid_choice": NOT_OFFERED},
    )
    commission = forms.ModelChoiceField(
        label="应哪次约稿",
        queryset=Commission.objects.none(),
        required=False,
        empty_label="（不是约稿）",
        error_messages={"invalid_choice": NOT_OFFERED},
    )
    is_reprint = forms.BooleanField(label="转载：别处已发的内容，不是本单位采写的", required=False)

    def __init__(self, *args, rights: ContributionRights, article: MediaArticle | None = None, initial=None, **kwargs):
        self.article, self.rights = article, rights
        self.read: ReadDocument | None = None
        before = list(article.authors.all()) if article else []
        self.people = People(rights.today, frozenset(line.staff_id for line in before if line.staff_id))
        super().__init__(*args, initial=(initial or {}) | self._values_of(article, before), **kwargs)
        self.fields["session"].queryset = _sessions(rights.today, self.initial.get("session"))
        self.fields["session"].label_from_instance = lambda one: f"{one.planned_on:%Y-%m-%d} {one.title}"
        self.fields["commission"].queryset = offered_calls(rights, kept=article.commission_id if article else None)
        self.fields["commission"].label_from_instance = lambda one: f"{one.topic}（{one.due_on:%Y-%m-%d} 前）"
        own = list(article.departments.all()) if article else []
        departments = Department.objects.filter(
            Q(closed_on__isnull=True) | Q(closed_on__gt=rights.today) | Q(pk__in=[line.department_id for line in own])
        )
        choices = [("", "（不选）"), *((one.pk, one.name) for one in departments)]
        self.lines = Lines(
            self.data if self.is_bound else None,
            prefix="departments",
            # A line that says what was offered is a line, too: Django would take it for one that nobody filled in.
            form_kwargs={"departments": departments, "choices": choices, "empty_permitted": False},
            initial=[{"department": line.department_id, "share": line.share} for line in own] or [{"department": rights.own_department_id}],
        )

    def _values_of(self, article: MediaArticle | None, before: list) -> dict:
        labels = self.short_labels
        if article is None:
            staff = self.rights.staff
            return {"written_on": self.rights.today, "authors": labels.get(staff.pk, staff.name) if staff else ""}
        return {
            "version": article.version,
            "title": article.title,
            "genre": article.genre,
            "written_on": article.written_on,
            "authors": write_authors(before, labels),
            "body": article.body,
            "topic": article.topic,
            "session": article.session_id,
            "commission": article.commission_id,
            "is_reprint": article.is_reprint,
        }

    @property
    def short_labels(self) -> dict[int, str]:
        """The name alone where only one has it."""
        people = self.people.by_key
        counts = Counter(person.name for person in people.values())
        return {pk: person.name if counts[person.name] == 1 else self.people.labels[pk] for pk, person in people.items()}

    def is_valid(self):
        """Both, so that every mistake is shown at once."""
        own, lines = super().is_valid(), self.lines.is_valid()
        return own and lines

    def clean_authors(self) -> list[AuthorLine]:
        try:
            return read_authors(self.cleaned_data["authors"], self.people)
        except UnfitLinesError as error:
            raise ValidationError(str(error)) from error

    def clean_document(self):
        if file := self.cleaned_data["document"]:
            self.read = read_docx(file=file, name=file.name)
        return file

    @property
    def facts(self) -> dict:
        """What the service takes."""
        names = ("title", "genre", "written_on", "authors", "topic", "session", "commission", "is_reprint")
        body = self.cleaned_data["body"]
        if self.read and self.read.text not in body:
            body = f"{body.rstrip()}\n{self.read.text}" if body.strip() else self.read.text
        return {name: self.cleaned_data[name] for name in names} | {"body": body, "departments": self.lines.lines}

    @property
    def outsiders(self) -> list[str]:
        """Authors who were taken for people from outside: a slip of the pen would be among them."""
        return [line.name for line in self.cleaned_data["authors"] if line.staff is None]

    @property
    def is_wrong(self) -> bool:
        return bool(self.errors or self.lines.total_error_count())

    def add_service_error(self, error: ValidationError) -> None:
        """What is wrong with the departments stands above their lines."""
        if hasattr(error, "error_dict") and "departments" in error.error_dict:
            by_field = dict(error.error_dict)
            self.lines_error = [message for one in by_field.pop("departments") for message in one.messages]
            self.add_error(None, "请看“供稿科室（单位）”。")
            if not by_field:
                return
            error = ValidationError(by_field)
        super().add_service_error(error)

    def take_over(self, version: int) -> None:
        """After somebody else was faster: saved again, what is written here holds."""
        self.data = self.data.copy()
        self.data["version"] = str(version)


def _sessions(today: datetime.date, kept: int | None):
    """The last ones, and the one that is named."""
    recent = Session.objects.filter(planned_on__range=(today - datetime.timedelta(days=SESSIONS_SINCE), today)).order_by(
        "-planned_on", "-pk"
    )
    keys = list(recent.values_list("pk", flat=True)[:SESSIONS_OFFERED])
    return Session.objects.filter(pk__in=[*keys, *([kept] if kept else [])]).order_by("-planned_on", "-pk")


def offered_calls(rights: ContributionRights, *, kept: int | None = None):
    """Open calls to the departments of whoever writes; the office answers for any."""
    is_open = Q(closed_at__isnull=True)
    if not rights.is_office:
        mine = {rights.own_department_id, *rights.department_ids} - {None}
        is_open &= Q(pk__in=Commission.departments.through.objects.filter(department__in=mine).values("commission"))
    return Commission.objects.filter(is_open | Q(pk=kept)).order_by("due_on", "pk")


class PictureForm(ServiceErrors, forms.Form):
    picture = forms.FileField(
        label="图片",
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ",".join(f".{ending}" for ending in PICTURE_ENDINGS)}),
        help_text=f"JPG、PNG 或 WEBP，不超过 {filesizeformat(MAX_PICTURE_BYTES)}；存入时去掉拍摄地点等信息。请勿上传涉密图片。",
        error_messages={"required": "请选图片。"},
    )
    caption = TypedField(
        label="图片说明",
        help_text="时间、地点、人物、在做什么。",
        widget=forms.TextInput(attrs={"maxlength": MAX_CAPTION, "autocomplete": "off"}),
        error_messages={"required": "请写图片说明：时间、地点、人物、在做什么。"},
    )


class PassForm(ServiceErrors, forms.Form):
    prefix = "pass"

    note = TypedField(label="审核意见", required=False, max_length=MAX_NOTE, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    secrecy_checked_by = TypedField(
        label="保密审查人",
        required=False,
        max_length=MAX_NAME,
        help_text="做过保密审查的写姓名。",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    secrecy_checked_on = DayField(label="保密审查日期", required=False, help_text="不填为今天。")


class ReasonForm(ServiceErrors, forms.Form):
    """退回 or 未用. Give each its own `prefix`."""

    reason = forms.ChoiceField(
        label="原因",
        widget=forms.RadioSelect,
        choices=Reason.choices,
        error_messages={"required": "请选一个原因，作者会看到。", "invalid_choice": "请选一个原因，作者会看到。"},
    )
    note = TypedField(
        label="说明",
        required=False,
        max_length=MAX_NOTE,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="要改什么、为什么，作者会看到。",
    )


class SendForm(ServiceErrors, forms.Form):
    prefix = "send"

    outlets = forms.TypedMultipleChoiceField(
        label="投给",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "请选投给哪些媒体。", "invalid_choice": "选的媒体已不在列表里，请重选。"},
    )
    sent_on = DayField(label="投出日期")
    note = TypedField(label="说明", required=False, max_length=MAX_NOTE, widget=forms.TextInput(attrs={"autocomplete": "off"}))

    def __init__(self, *args, article: MediaArticle, today: datetime.date, **kwargs):
        super().__init__(*args, initial={"sent_on": today}, **kwargs)
        unsent = Outlet.objects.open_on(today).exclude(pk__in=article.dispatches.values("outlet"))
        offered = {str(one.pk): one for one in unsent.order_by("medium", "name")}
        self.fields["outlets"].choices = [(key, f"{one.name}（{one.get_medium_display()}）") for key, one in offered.items()]
        self.fields["outlets"].coerce = offered.__getitem__
