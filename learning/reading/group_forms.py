"""Forms of an interest group: what its leader says of it, and what a clerk founds it with."""

import datetime

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from rapidfuzz import process

from ..periods import SHANGHAI
from ..programme.forms import ClockField, DayField, ServiceErrors
from ..programme.people import People
from .models import Book, InterestGroup
from .services.books import tidy_title

MOST_ADDED = 30  # titles at once
TOO_LONG = "最多 %(limit_value)s 个字，现在有 %(show_value)s 个。"


def books_titled(lines: str) -> list[Book]:
    """The room's books of these titles, one a line. Raises ValidationError naming the lines that are none, and what is near to them."""
    titles = list(dict.fromkeys(filter(None, (tidy_title(line) for line in lines.splitlines()))))
    if len(titles) > MOST_ADDED:
        raise ValidationError(f"一次最多加 {MOST_ADDED} 本，现在有 {len(titles)} 本。请分几次加。")
    found = {}
    for book in Book.objects.filter(title__in=titles).order_by("-copies", "pk"):
        found.setdefault(book.title, book)
    missing = [title for title in titles if title not in found]
    if missing:
        known = list(Book.objects.values_list("title", flat=True))
        raise ValidationError([_not_there(title, known) for title in missing])
    return [found[title] for title in titles]


def _not_there(title: str, known: list[str]) -> str:
    near = process.extractOne(title, known, score_cutoff=60)
    hint = f"是不是《{near[0]}》？请改正" if near else "请核对书名"
    return f"书库里没有《{title}》。{hint}，或请机关党委先登记这本书。"


class GroupForm(ServiceErrors, forms.ModelForm):
    """What the leader keeps: purpose, shelf, next meeting. The instance has its values once the form is valid; a service saves it."""

    kept = forms.ModelMultipleChoiceField(
        label="书架上的书",
        queryset=Book.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="去掉勾就拿下书架。",
    )
    added = forms.CharField(
        label="放上书架",
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="写书库里有的书名，一行一本。",
        error_messages={"max_length": TOO_LONG},
    )
    meets_on = DayField(label="日期", required=False)
    meets_at = ClockField(label="时间", required=False)

    class Meta:
        model = InterestGroup
        fields = ["purpose", "next_place", "next_topic"]
        widgets = {"purpose": forms.Textarea(attrs={"rows": 3})}
        labels = {"next_place": "地点", "next_topic": "内容"}
        error_messages = {name: {"max_length": TOO_LONG} for name in fields}

    def __init__(self, *args, now: datetime.datetime, **kwargs):
        super().__init__(*args, **kwargs)
        self.now = now
        present = self.instance.next_meeting_at
        if present and present >= now:
            local = timezone.localtime(present, SHANGHAI)
            self.fields["meets_on"].initial, self.fields["meets_at"].initial = local.date(), local.time().replace(second=0, microsecond=0)
        shelf = Book.objects.filter(interest_groups=self.instance.pk) if self.instance.pk else Book.objects.none()
        if shelf.exists():
            self.fields["kept"].queryset, self.fields["kept"].initial = shelf, list(shelf.values_list("pk", flat=True))
        else:
            del self.fields["kept"]

    def clean_added(self):
        return books_titled(self.cleaned_data["added"])

    def clean(self):
        cleaned = super().clean()
        if "meets_on" in self.errors or "meets_at" in self.errors:
            return cleaned
        day, clock = cleaned.get("meets_on"), cleaned.get("meets_at")
        if bool(day) != bool(clock):
            missing = "meets_at" if day else "meets_on"
            self.add_error(missing, "下次活动的日期和时间要一起填，或者都不填。")
            return cleaned
        meeting = datetime.datetime.combine(day, clock, tzinfo=SHANGHAI) if day else None
        if meeting and meeting < self.now and meeting != self.instance.next_meeting_at:
            self.add_error("meets_on", "这个时间已经过去。请改成以后的时间，还没定的就都不填。")
            return cleaned
        self.instance.next_meeting_at = meeting
        return cleaned

    @property
    def shelf(self) -> list[Book]:
        """What is to stand there: what was kept and what was added."""
        return [*self.cleaned_data.get("kept", ()), *self.cleaned_data["added"]]


class WholeGroupForm(GroupForm):
    """What a clerk keeps: the name and the people, too."""

    patron = forms.TypedChoiceField(
        label="分管领导", required=False, coerce=int, empty_value=None, help_text="方案规定由党组成员、副局长牵头。"
    )
    leader = forms.TypedChoiceField(label="组长", required=False, coerce=int, empty_value=None, help_text="组长可以修改书架和下次活动。")

    class Meta(GroupForm.Meta):
        fields = ["name", *GroupForm.Meta.fields]
        error_messages = {**GroupForm.Meta.error_messages, "name": {"required": "请写小组名称。", "max_length": TOO_LONG}}

    field_order = ["name", "purpose", "patron", "leader", "kept", "added", "meets_on", "meets_at", "next_place", "next_topic"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        present = frozenset(filter(None, (self.instance.patron_id, self.instance.leader_id)))
        self.people = People(timezone.localtime(self.now, SHANGHAI).date(), kept=present)
        for role in ("patron", "leader"):
            self.fields[role].choices = [("", "还没有定"), *self.people.choices]
            self.fields[role].initial = getattr(self.instance, f"{role}_id")

    def clean(self):
        cleaned = super().clean()
        for role in ("patron", "leader"):
            if role not in self.errors:
                setattr(self.instance, role, self.people.by_key.get(cleaned.get(role)))
        return cleaned
