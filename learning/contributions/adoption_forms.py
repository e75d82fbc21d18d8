"""Forms of an adoption: what is pasted, what was read from it and is confirmed, what is corrected later."""

import re
import uuid
from collections.abc import Mapping

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q

from ..organisation.models import Department
from ..programme.forms import DayField, ServiceErrors
from ..programme.people import BETWEEN_NAMES, People
from .bylines import AuthorLine, DepartmentLine, UnfitLinesError, read_authors
from .choices import EventKind, Genre, Level, Medium, Position, WeightClass
from .clipping import LONGEST, Clipping
from .dictionary import plain_name
from .models import MediaArticle, Outlet, Placement
from .services.placements import GRADE, shown_state

NEW = "new"
KEY = re.compile(r"[1-9][0-9]{0,17}", re.ASCII)
MOST_DEPARTMENTS = 6
MOST_LENGTH = 1_000_000
AS_OF_OUTLET = "按媒体在刊发日的级别和类别"


def outlet_choices(today, kept: int | None = None):
    """Those that are open, and the one that a record names already."""
    return Outlet.objects.filter(Q(pk__in=Outlet.objects.open_on(today).values("pk")) | Q(pk=kept)).order_by("name", "pk")


class PasteForm(forms.Form):
    pasted = forms.CharField(
        label="粘贴标题、网址或刊发的文字",
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 8, "autofocus": True, "spellcheck": "false"}),
        error_messages={
            "required": "请粘贴标题、网址或刊发的文字，再点“读取”。",
            "max_length": f"最多粘贴 {LONGEST} 个字。请只粘贴刊发的这一篇。",
            "null_characters_not_allowed": "粘贴的内容里有不可见的控制字符。请先粘贴到记事本里，再从那里复制过来。",
        },
    )


class PlacementFields(ServiceErrors, forms.Form):
    """What every form of a placement has."""

    title = forms.CharField(label="刊发标题", max_length=120, error_messages={"required": "请填刊发时的标题。"})
    outlet = forms.ModelChoiceField(
        label="媒体",
        queryset=Outlet.objects.none(),
        empty_label="（请选）",
        error_messages={"required": "请选媒体。列表里没有的，先在后台“媒体”里添加。", "invalid_choice": "请从列出的媒体里选。"},
    )
    published_on = DayField(label="刊发日期")
    page = forms.CharField(label="版面或栏目", max_length=30, required=False, help_text="例如“第3版”“A03版”，栏目名也可以。")
    position = forms.ChoiceField(label="位置", choices=Position.choices, initial=Position.ORDINARY)
    length = forms.IntegerField(
        label="篇幅",
        required=False,
        min_value=0,
        max_value=MOST_LENGTH,
        help_text="文字填字数；广播、电视填秒数。",
        error_messages={"invalid": "请填一个整数。"},
    )
    has_picture = forms.BooleanField(label="有图", required=False)
    is_reprint = forms.BooleanField(label="转载", required=False)
    url = forms.CharField(label="网址", max_length=500, required=False, widget=forms.TextInput(attrs={"inputmode": "url"}))
    text = forms.CharField(label="刊发的文字", max_length=LONGEST, required=False, widget=forms.Textarea(attrs={"rows": 8}))
    level = forms.ChoiceField(label="级别", choices=[("", AS_OF_OUTLET), *Level.choices], required=False)
    medium = forms.ChoiceField(label="类别", choices=[("", AS_OF_OUTLET), *Medium.choices], required=False)
    weight_class = forms.ChoiceField(label="权重类别", choices=[("", AS_OF_OUTLET), *WeightClass.choices], required=False)

    GRADED = GRADE

    def __init__(self, *args, today, kept_outlet: int | None = None, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["outlet"].queryset = outlet_choices(today, kept_outlet)

    def clean_url(self):
        url = self.cleaned_data["url"].strip()
        if not url:
            return ""
        if not url.lower().startswith(("http://", "https://")):
            raise ValidationError("网址须以 http:// 或 https:// 开头。请从浏览器的地址栏复制；没有网址的留空。")
        scheme, _found, rest = url.partition("://")
        if "@" in rest.split("/", 1)[0]:
            raise ValidationError("网址里带有用户名或密码。请去掉“@”及它前面的部分。")
        return f"{scheme.lower()}://{rest}"

    @property
    def graded(self):
        return [self[name] for name in self.GRADED if name in self.fields]

    @property
    def ticks(self):
        return [self["has_picture"], self["is_reprint"]]

    @property
    def facts(self) -> dict:
        """The cleaned values that a placement has, by its own names."""
        names = PlacementFields.base_fields.keys() & self.fields.keys()
        return {name: self.cleaned_data[name] for name in names}


class AdoptionForm(PlacementFields):
    """A clipping as it was read, to be confirmed. Every proposed field says where its value came from."""

    token = forms.UUIDField(widget=forms.HiddenInput)
    pasted = forms.CharField(max_length=LONGEST, strip=False, required=False, widget=forms.Textarea(attrs={"hidden": True}))
    story = forms.CharField(max_length=20, error_messages={"required": "请选是不是同一篇。"})
    departments = forms.CharField(
        label="供稿科室（单位）", max_length=400, required=False, help_text="几个科室之间用顿号隔开，第一个为主。"
    )
    authors = forms.CharField(
        label="作者", max_length=600, required=False, help_text="几位作者之间用顿号隔开，按署名顺序；外单位的人也可以写。"
    )
    genre = forms.ChoiceField(label="体裁", choices=Genre.choices, initial=Genre.NEWS)
    written_on = DayField(label="成稿日期", required=False, help_text="不知道的留空，按刊发日期算。")

    def __init__(self, *args, people: People, why: Mapping[str, str] | None = None, **kwargs):
        super().__init__(*args, **kwargs)
        self.people = people
        for name, words in (why or {}).items():
            if name in self.fields:
                self.fields[name].help_text = f"{words}。{self.fields[name].help_text}"

    def clean_story(self):
        """An article that was handed in, or None for a new one."""
        chosen = self.cleaned_data["story"]
        if chosen == NEW:
            return None
        article = MediaArticle.objects.filter(pk=chosen).first() if KEY.fullmatch(chosen) else None
        if article is None:
            raise ValidationError("选的稿件不存在了。请另选一篇，或选“新的一篇”。")
        return article

    def clean_departments(self):
        try:
            return departments_named(self.cleaned_data["departments"])
        except UnfitLinesError as error:
            raise ValidationError(str(error)) from error

    def clean_authors(self) -> list[AuthorLine]:
        try:
            lines = read_authors(self.cleaned_data["authors"], self.people)
        except UnfitLinesError as error:
            raise ValidationError(str(error)) from error
        keys = [line.staff.pk if line.staff else line.name for line in lines]
        if len(set(keys)) < len(keys):
            raise ValidationError("有作者写了两次。每位作者只写一次。")
        return lines


class OwnAdoptionForm(PlacementFields):
    """An adoption registered from its article."""

    token = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args, is_office: bool, **kwargs):
        super().__init__(*args, **kwargs)
        if not is_office:
            for name in GRADE:
                del self.fields[name]


class PlacementForm(PlacementFields):
    """A placement as it is, to be corrected by the office."""

    shown = forms.CharField(max_length=64, widget=forms.HiddenInput)
    is_scored = forms.BooleanField(label="计分", required=False)
    unscored_reason = forms.CharField(
        label="不计分的原因", max_length=120, required=False, help_text="不勾“计分”的要写，供稿的科室看得到。"
    )

    def __init__(self, *args, placement: Placement, **kwargs):
        values = {name: getattr(placement, name) for name in (*PlacementFields.base_fields, "is_scored", "unscored_reason")}
        initial = {**values, "outlet": placement.outlet_id, "shown": shown_state(placement)}
        super().__init__(*args, initial=initial, kept_outlet=placement.outlet_id, **kwargs)
        self.placement = placement
        for name in GRADE:
            self.fields[name].choices = self.fields[name].choices[1:]
            self.fields[name].required = True

    @property
    def changed(self) -> Placement:
        """The placement with what the valid form says."""
        names = (*PlacementFields.base_fields, "is_scored", "unscored_reason")
        for name in names:
            setattr(self.placement, name, self.cleaned_data[name])
        return self.placement


def departments_named(text: str) -> list[DepartmentLine]:
    """Raises UnfitLinesError, in words, for a name that no department has, or that two have."""
    known: dict[str, dict[int, Department]] = {}
    for department in Department.objects.filter(closed_on__isnull=True):
        for name in filter(None, {department.name, department.short_name}):
            known.setdefault(plain_name(name), {})[department.pk] = department
    found: dict[int, Department] = {}
    for part in filter(None, (one.strip() for one in BETWEEN_NAMES.split(text))):
        same = known.get(plain_name(part), {})
        if not same:
            raise UnfitLinesError(f"没有“{part[:20]}”这个科室或单位。请核对名称；几个之间用顿号隔开。")
        if len(same) > 1:
            raise UnfitLinesError(f"有 {len(same)} 个科室或单位叫“{part}”。请写全称。")
        found |= same
    if len(found) > MOST_DEPARTMENTS:
        raise UnfitLinesError(f"供稿的科室（单位）最多 {MOST_DEPARTMENTS} 个。")
    return [DepartmentLine(one) for one in found.values()]


def proposed(clipping: Clipping, *, pasted: str) -> dict:
    """The clipping as the initial values of an `AdoptionForm`."""
    return {
        "token": uuid.uuid4(),
        "pasted": pasted,
        "title": clipping.title,
        "outlet": clipping.outlet,
        "published_on": clipping.published_on,
        "page": clipping.page,
        "position": clipping.position,
        "length": clipping.length,
        "has_picture": clipping.has_picture,
        "is_reprint": clipping.is_reprint,
        "url": clipping.url,
        "text": clipping.text,
        "departments": "、".join(one.label for one in clipping.departments),
        "authors": "、".join(one.label for one in clipping.people),
    }


def reasons(clipping: Clipping) -> dict[str, str]:
    """For each field of the form where its value came from."""
    named = {"departments": clipping.departments, "authors": clipping.people}
    return clipping.why | {name: "；".join(dict.fromkeys(one.why for one in found)) for name, found in named.items() if found}


class ReasonForm(ServiceErrors, forms.Form):
    reason = forms.CharField(
        label="原因",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="例如“登记重复”“核实后没有刊发”。作者和供稿的科室看得到。",
        error_messages={"required": "请写原因。"},
    )


class ProofForm(ServiceErrors, forms.Form):
    file = forms.FileField(
        label="报样、截图或 PDF",
        help_text="图片（jpg、png、webp）或 PDF。图片里的拍摄地点等信息会去掉。",
        widget=forms.FileInput(attrs={"accept": ".jpg,.jpeg,.png,.webp,.pdf"}),
        error_messages={"required": "请先选一个文件。", "empty": "选的文件是空的。请确认选对了文件。"},
    )


class EventForm(ServiceErrors, forms.Form):
    kind = forms.ChoiceField(label="事项", choices=EventKind.choices)
    level = forms.ChoiceField(
        label="级别", choices=[("", "（不分级别）"), *Level.choices], required=False, help_text="领导批示要选：批示领导的级别。"
    )
    happened_on = DayField(label="日期")
    given_by = forms.CharField(label="批示人或单位", max_length=60, required=False)
    note = forms.CharField(label="内容", max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 3}))
