"""Forms of a session: opened or changed, moved, cancelled; its points and files."""

import datetime
import uuid

from django import forms
from django.conf import settings
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db.models import Q, Value
from django.template.defaultfilters import filesizeformat
from django.utils.timezone import localtime

from ..evidence import Subject
from ..organisation.models import Department, PartyBranch
from ..periods import SHANGHAI
from ..topics.areas import ContentArea
from ..topics.models import Topic
from .choices import FileKind, SessionState
from .models import Session, StudyFormat
from .people import People, UnknownNameError
from .rights import Rights
from .services.sessions import LecturerLine
from .timetable import FIRST_YEAR, LAST_YEAR, organiser_key

LECTURERS = 6
MAX_FILES_AT_ONCE = settings.DATA_UPLOAD_MAX_NUMBER_FILES
MAX_FILE = settings.WAGTAILDOCS_MAX_UPLOAD_SIZE
# What a service names otherwise than the form does.
SHOWN_AT = {"starts_at": "date", "ends_at": "end", "branch": "organiser", "department": "organiser", "organised_by": "organiser"}


class DayField(forms.DateField):
    """A day of this calendar, with the browser's own picker."""

    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    default_error_messages = {"required": "请选日期。", "invalid": "日期请写成 2026-12-01 这样。"}

    def __init__(self, **kwargs):
        super().__init__(input_formats=["%Y-%m-%d"], **kwargs)

    def clean(self, value):
        day = super().clean(value)
        if day and not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise ValidationError(f"年份须在 {FIRST_YEAR} 到 {LAST_YEAR} 之间。")
        return day


class ClockField(forms.TimeField):
    """A time of day, with the browser's own picker."""

    widget = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    default_error_messages = {"required": "请填时间。", "invalid": "时间请写成 15:00 这样。"}

    def __init__(self, **kwargs):
        super().__init__(input_formats=["%H:%M", "%H:%M:%S"], **kwargs)


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


class ServiceErrors:
    """A form that shows what a service refuses beside the field it is about."""

    def add_service_error(self, error: ValidationError) -> None:
        by_field = error.error_dict if hasattr(error, "error_dict") else {NON_FIELD_ERRORS: error.error_list}
        for name, errors in by_field.items():
            shown_at = name if name in self.fields else SHOWN_AT.get(name)
            said = [message for one in errors for message in one.messages]
            self.add_error(shown_at if shown_at in self.fields else None, said)


class ApprovalForm(ServiceErrors, forms.Form):
    """Approve or give back what was handed in, of the version that was read; a note is the room's own."""

    APPROVE, RETURN = "approve", "return"

    version = VersionField()
    decision = forms.ChoiceField(
        label="决定",
        choices=[(APPROVE, "批准"), (RETURN, "退回修改")],
        widget=forms.RadioSelect,
        error_messages={"required": "请选批准或退回。", "invalid_choice": "请选批准或退回。"},
    )

    @property
    def is_approved(self) -> bool:
        return self.cleaned_data["decision"] == self.APPROVE


class LecturerForm(forms.Form):
    name = forms.CharField(
        label="姓名", max_length=50, required=False, widget=forms.TextInput(attrs={"list": "people", "autocomplete": "off"})
    )
    post = forms.CharField(label="单位及职务", max_length=100, required=False)

    def __init__(self, *args, people: People, **kwargs):
        super().__init__(*args, **kwargs)
        self.people = people

    def clean(self):
        """A name alone is somebody of this bureau; somebody from outside has a unit."""
        name, post = self.cleaned_data.get("name", "").strip(), self.cleaned_data.get("post", "").strip()
        self.line = None
        if not name:
            if post:
                self.add_error("name", "请写主讲人姓名。")
            return
        try:
            person = self.people.named(name)
        except UnknownNameError as error:
            if not post:
                self.add_error("name", str(error))
                return
            person = None
        if person is not None and post and name == person.name:
            person = None  # a namesake from outside; one of ours with a post is taken from the list
        if person is None and not post:
            self.add_error("post", f"本单位没有“{name}”。外请的请写单位及职务，本单位的请核对姓名。")
            return
        self.line = LecturerLine(name=person.name if person else name, post=post, staff=person)


class LecturerFormSet(forms.BaseFormSet):
    @property
    def lines(self) -> list[LecturerLine]:
        return [form.line for form in self.forms if getattr(form, "line", None)]

    @property
    def has_many(self) -> bool:
        """More than are shown without asking."""
        return any(form["name"].value() or form["post"].value() for form in self.forms[2:])


Lecturers = forms.formset_factory(LecturerForm, formset=LecturerFormSet, extra=LECTURERS, max_num=LECTURERS)


class SessionForm(ServiceErrors, forms.ModelForm):
    """A session as its clerk, secretary or head writes it. The instance has its values once the form is valid; a service saves it."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    organiser = forms.ChoiceField(label="组织者", error_messages={"invalid_choice": "您不能以它的名义组织活动，请另选。"})
    date = DayField(label="日期")
    start = ClockField(label="开始")
    end = ClockField(label="结束")
    host = forms.TypedChoiceField(label="主持人", required=False, empty_value=None)
    recorder = forms.TypedChoiceField(label="记录人", required=False, empty_value=None)
    formats = forms.ModelMultipleChoiceField(
        label="计入形式载体",
        queryset=StudyFormat.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        help_text="可多选：在每种形式里各计一次，合计时只计一次。",
        error_messages={"required": "请至少勾选一种：这次活动计入哪一项。"},
    )
    department_kinds = forms.MultipleChoiceField(
        label="只限这些科室类别",
        choices=Department.Kind.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="都不勾为不限。",
    )
    invited = forms.CharField(
        label="另请参加",
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="上面没有包括的本单位人员，写姓名，用顿号或换行隔开。",
    )
    topics = forms.ModelMultipleChoiceField(
        label="专题", queryset=Topic.objects.none(), required=False, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = Session
        fields = [
            "title",
            "kind",
            "place",
            "host",
            "recorder",
            "audience",
            "department_kinds",
            "area",
            "agenda",
            "study_hours",
            "accepts_code",
        ]
        widgets = {
            "title": forms.TextInput(attrs={"autocomplete": "off"}),
            "place": forms.TextInput(attrs={"list": "places", "autocomplete": "off"}),
            "agenda": forms.Textarea(attrs={"rows": 5}),
            "study_hours": forms.NumberInput(attrs={"step": "0.5", "min": "0"}),
        }
        help_texts = {
            "agenda": "学什么、怎么学；一行一项。",
            "study_hours": "半天一般计 4 学时，一天计 8 学时；不计学时填 0。",
            "audience": "由党支部或科室组织的，在本支部、本科室（单位）范围内。",
            "place": "发通知前须填好；可从用过的地点里选。",
        }
        error_messages = {"title": {"required": "请写活动名称，例如“每周二政治学习（12月1日）”。"}}

    WHAT_CLASHES = frozenset({"organiser", "date", "start", "end", "place", "host", "recorder", "audience", "department_kinds"})

    def __init__(self, *args, rights: Rights, instance: Session, **kwargs):
        kept = frozenset(filter(None, (instance.host_id, instance.recorder_id, *self._named_already(instance))))
        self.people = People(rights.today, kept)
        super().__init__(*args, instance=instance, initial=self._values_of(instance) | kwargs.pop("initial", {}), **kwargs)
        self.fields["organiser"].choices = organisers_for(rights, instance)
        self.fields["formats"].queryset = StudyFormat.objects.all()
        self.fields["area"].choices = [("", "（不填）"), *ContentArea.choices]
        self._topics = list(Topic.objects.all())
        self.fields["topics"].queryset = Topic.objects.all()
        self.fields["topics"].choices = [(topic.pk, topic.name) for topic in self._topics]
        for name in ("host", "recorder"):
            self.fields[name].choices = [("", "（不填）"), *self.people.choices]
            self.fields[name].coerce = lambda value: self.people.by_key[int(value)]
        self.lecturers = Lecturers(
            self.data if self.is_bound else None,
            prefix="lecturers",
            form_kwargs={"people": self.people},
            initial=[{"name": self._label_of(line.staff_id, line.name), "post": line.post} for line in self._lecturers_before],
        )
        self._fix_what_is_settled(instance)

    def _named_already(self, instance: Session) -> list[int]:
        """Lecturers and invited people of before: they are named again even if they have left meanwhile."""
        self._lecturers_before = list(instance.lecturers.all()) if instance.pk else list(getattr(instance, "proposed_lecturers", ()))
        self._chosen_before = chosen_of(instance)
        return [line.staff_id for line in self._lecturers_before] + self._chosen_before["invited"]

    def _label_of(self, staff_id: int | None, name: str) -> str:
        return self.people.labels[staff_id] if staff_id else name

    def _values_of(self, instance: Session) -> dict:
        values = {"version": instance.version, "organiser": organiser_key(instance)}
        if instance.starts_at:
            start, end = localtime(instance.starts_at, SHANGHAI), localtime(instance.ends_at, SHANGHAI)
            values |= {"date": start.date(), "start": start.time(), "end": end.time()}
        if instance.pk:
            invited = set(self._chosen_before["invited"])
            values |= {name: self._chosen_before[name] for name in ("formats", "topics")}
            values["invited"] = "、".join(label for pk, label in self.people.choices if pk in invited)
        elif instance.plan_item_id:
            values["formats"] = [instance.plan_item.requirement.study_format_id]
        return values

    def _fix_what_is_settled(self, instance: Session) -> None:
        if instance.plan_item_id:
            self._fix("organiser", "由计划项确定。")
        if instance.pk and (instance.state != SessionState.PLANNED or instance.roster_frozen_at):
            for name in ("date", "start"):
                self._fix(name, "改时间请用“改期”。" if name == "date" else "")
        if instance.pk and instance.state != SessionState.PLANNED:
            del self.fields["accepts_code"]  # switched where the code is shown, also while people sign in
        if instance.roster_frozen_at:
            self._fix("organiser", self.fields["organiser"].help_text or "名册已固定，不再改变。")
            for name in ("audience", "department_kinds", "invited"):
                self._fix(name, "名册已固定，不再改变；个别人的出入在点名页更正。" if name == "audience" else "")

    def _fix(self, name: str, why: str) -> None:
        self.fields[name].disabled = True
        self.fields[name].help_text = why

    @property
    def is_time_settled(self) -> bool:
        return self.fields["date"].disabled

    @property
    def topics_by_area(self) -> list[tuple[str, list]]:
        """The check boxes of the topics under the five areas."""
        boxes = list(zip(self._topics, self["topics"], strict=True))
        areas = [(area.label, [box for topic, box in boxes if topic.area == area]) for area in ContentArea]
        return [(label, found) for label, found in areas if found]

    @property
    def has_topics(self) -> bool:
        return any(self["topics"].value() or ())

    def is_valid(self):
        """Both, so that every mistake is shown at once."""
        own, lines = super().is_valid(), self.lecturers.is_valid()
        return own and lines

    def clean_invited(self):
        if self.fields["invited"].disabled:
            return self.cleaned_data["invited"]
        try:
            self.invited_people = self.people.all_named(self.cleaned_data["invited"])
        except UnknownNameError as error:
            raise ValidationError(str(error)) from error
        return self.cleaned_data["invited"]

    def clean(self):
        cleaned = super().clean()
        day, start, end = (cleaned.get(name) for name in ("date", "start", "end"))
        if day and start and end:
            if end <= start:
                self.add_error("end", "结束时间须晚于开始时间。")
            elif self.is_time_settled:
                self.instance.ends_at = datetime.datetime.combine(day, end, tzinfo=SHANGHAI)
            else:
                self.instance.starts_at = datetime.datetime.combine(day, start, tzinfo=SHANGHAI)
                self.instance.ends_at = datetime.datetime.combine(day, end, tzinfo=SHANGHAI)
        if organiser := cleaned.get("organiser"):
            set_organiser(self.instance, organiser)
        return cleaned

    @property
    def staff_lecturers(self) -> list:
        return [line.staff for line in self.lecturers.lines if line.staff]

    @property
    def touches_what_clashes(self) -> bool:
        """Whether anything was changed that somebody or something can be in the way of."""
        return self.instance.pk is None or bool(self.WHAT_CLASHES & set(self.changed_data)) or self.lecturers.has_changed()

    def take_over(self, version: int) -> list[str]:
        """After somebody else was faster: what differs from theirs, by its labels; saved again, what is written here holds."""
        differing = [name for name in self.changed_data if name != "version"]
        self.data = self.data.copy()
        self.data["version"] = str(version)
        return [str(self.fields[name].label) for name in differing] + (["主讲人"] if self.lecturers.has_changed() else [])

    @property
    def facts(self) -> dict:
        """What the service takes beside the session itself."""
        facts = {name: self.cleaned_data[name] for name in ("formats", "topics")}
        if hasattr(self, "invited_people"):
            facts["invited"] = self.invited_people
        return facts | {"lecturers": self.lecturers.lines}


def chosen_of(session: Session) -> dict[str, list[int]]:
    """The keys of the formats, topics and invited people of a session, in one statement."""
    chosen: dict[str, list[int]] = {"formats": [], "topics": [], "invited": []}
    if session.pk is None:
        return chosen
    rows = [
        getattr(Session, name).through.objects.filter(session=session.pk).order_by().values_list(Value(name), key)
        for name, key in (("formats", "studyformat_id"), ("topics", "topic_id"), ("invited", "staffmember_id"))
    ]
    for name, key in rows[0].union(*rows[1:], all=True):
        chosen[name].append(key)
    return chosen


def organisers_for(rights: Rights, instance: Session) -> list:
    """Grouped choices: what the holder of `rights` may run, and whoever runs this one already. One statement."""
    if instance.plan_item_id:
        return [(organiser_key(instance), instance.organiser_name)]
    if rights.is_clerk:
        is_open = Q(closed_on__isnull=True) | Q(closed_on__gt=rights.today)
        branches, departments = is_open | Q(pk=instance.branch_id), is_open | Q(pk=instance.department_id)
    else:
        branches, departments = Q(pk__in=rights.branch_ids), Q(pk__in=rights.department_ids)
    rows = _named(PartyBranch, branches, Subject.BRANCH).union(_named(Department, departments, Subject.DEPARTMENT), all=True)
    found: dict[str, list] = {Subject.BRANCH.value: [], Subject.DEPARTMENT.value: []}
    for _position, name, level, pk in sorted(rows):
        found[level].append((f"{level}:{pk}", name))
    groups = [("党支部", found[Subject.BRANCH.value]), ("科室（单位）", found[Subject.DEPARTMENT.value])]
    return ([(Subject.ORGAN.value, "机关党委")] if rights.is_clerk else []) + [group for group in groups if group[1]]


def _named(model, condition: Q, level: Subject):
    return model.objects.filter(condition).order_by().values_list("position", "name", Value(level.value), "pk")


def set_organiser(session: Session, key: str) -> None:
    level, _colon, pk = key.partition(":")
    if organiser_key(session) == key:
        return
    session.organised_by = level
    session.branch = PartyBranch.objects.get(pk=pk) if level == Subject.BRANCH else None
    session.department = Department.objects.get(pk=pk) if level == Subject.DEPARTMENT else None


class MoveForm(ServiceErrors, forms.Form):
    date = DayField(label="改到哪一天")
    start = ClockField(label="开始时间")
    place = forms.CharField(
        label="地点", max_length=60, required=False, widget=forms.TextInput(attrs={"list": "places", "autocomplete": "off"})
    )
    reason = forms.CharField(
        label="原因",
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="例如“与全市会议冲突”。参加人员会在通知里看到。",
        error_messages={"required": "请写明改期的原因。"},
    )

    @property
    def starts_at(self) -> datetime.datetime:
        return datetime.datetime.combine(self.cleaned_data["date"], self.cleaned_data["start"], tzinfo=SHANGHAI)


class CancelForm(ServiceErrors, forms.Form):
    reason = forms.CharField(
        label="原因",
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="例如“全局防汛值守，另行安排自学”。",
        error_messages={"required": "请写明取消的原因。"},
    )


class PointsForm(ServiceErrors, forms.Form):
    text = forms.CharField(
        label="要点", max_length=3000, required=False, widget=forms.Textarea(attrs={"rows": 10}), help_text="一行一条，三条左右为宜。"
    )
    was = forms.CharField(required=False, widget=forms.HiddenInput)


class SeveralFilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class SeveralFilesField(forms.FileField):
    """As many files as the browser sends, each checked for its size; what is in them is the service's to check."""

    widget = SeveralFilesInput
    default_error_messages = {"required": "请选择文件。", "empty": "有一个是空文件。请确认选对了文件。"}

    def clean(self, data, initial=None):
        files = [super(SeveralFilesField, self).clean(one, initial) for one in data] if data else [super().clean(None, initial)]
        for file in files:
            if file.size > MAX_FILE:
                raise ValidationError(f"“{file.name}”有 {filesizeformat(file.size)}，超过上限 {filesizeformat(MAX_FILE)}。请压缩后再传。")
        return files


class FilesForm(ServiceErrors, forms.Form):
    kind = forms.ChoiceField(label="类别", choices=FileKind.choices, widget=forms.RadioSelect, initial=FileKind.PHOTO)
    files = SeveralFilesField(label="文件", help_text=f"可一次选多个，最多 {MAX_FILES_AT_ONCE} 个。请勿上传涉密文件。")
    caption = forms.CharField(label="说明", max_length=100, required=False, help_text="例如“交流发言”。同时传的几个用同一句。")
