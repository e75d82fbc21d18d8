"""Forms of 「学习计划」 in the admin."""

import datetime

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.widgets import AdminDateInput

from ...evidence import Subject, all_evidence, find_evidence
from ...organisation.models import Department, StaffMember
from ..presets import DEFAULT_PRESET, PRESETS
from ..services.plans import heads_in_turn
from ..services.rules import cautions_for, cautions_raised_by, official_years

NOT_THERE_YET = "模块尚未启用，人工登记"
ACCEPT = "已看过提示，仍按此用途"
TURN_NAMES = tuple(f"turn_{number}" for number in range(1, 9))
NEED_TO_ACCEPT = "这样用会碰到上面列出的减负提示。请看过提示，勾选“已看过提示，仍按此用途”后再保存；或改为“仅展示”。"


def leads_field(record):
    """Departments that are open today, and those that lead already."""
    open_now = Department.objects.open_on(timezone.localdate())
    if record.pk:
        open_now = open_now | Department.objects.filter(pk__in=record.leads.values("pk"))
    return forms.ModelMultipleChoiceField(
        label="牵头科室", queryset=open_now.distinct(), required=False, widget=forms.CheckboxSelectMultiple, help_text="可多选。"
    )


class LedForm(WagtailAdminModelForm):
    """A record with lead departments; they are kept by the service, together with the rest."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["leads"] = leads_field(self.instance)


class RequirementForm(LedForm):
    """The warning stands beside the switch before anything is saved; a rule that years were planned by gets a new version."""

    department_kinds = forms.MultipleChoiceField(
        label="科室类别",
        choices=Department.Kind.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="只对“每个科室（单位）”有用：勾选的类别才要完成。",
    )
    evidence = forms.ChoiceField(label="以什么为准")
    accepts_caution = forms.BooleanField(label=ACCEPT, required=False)
    since = forms.DateField(
        label="自何日起生效",
        widget=AdminDateInput,
        help_text="这项要求已排入计划。改动从这一天起生效，之前按原来的口径，旧版本保留。",
    )

    class Media:
        css = {"all": ("css/programme-admin.css",)}
        js = ("js/cautions.js",)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        today = timezone.localdate()
        self.this_year = datetime.date(today.year, 1, 1)
        self.fields["evidence"].choices = self._evidence_choices()
        if self.instance.pk and self.instance.items.exists():
            del self.fields["in_force_from"]  # when a version begins is said by `since`
            has_past = self.instance.items.filter(period_last__lt=today).exists()
            self.fields["since"].initial = datetime.date(today.year + 1, 1, 1) if has_past else self.this_year
        else:
            del self.fields["since"]
            self.fields["in_force_from"].initial = self.instance.in_force_from or self.this_year

    def _evidence_choices(self):
        choices = [(kind.key, kind.label) for kind in all_evidence()]
        present = self.instance.evidence
        if present and present not in dict(choices):
            choices.append((present, f"{present}（{NOT_THERE_YET}）"))
        return choices

    @property
    def changed_rule(self) -> list[str]:
        """What was changed of the rule itself."""
        return [name for name in self.changed_data if name not in ("since", "accepts_caution")]

    def clean_since(self):
        since = self.cleaned_data["since"]
        if since < self.this_year:
            raise ValidationError(f"往年的口径不改。请填 {self.this_year:%Y-%m-%d} 或以后的日期。")
        return since

    def clean(self):
        cleaned = super().clean()
        measure, use = cleaned.get("measure"), cleaned.get("use")
        if measure and use and not cleaned.get("accepts_caution") and cautions_for(measure=measure, use=use):
            self.add_error("accepts_caution", NEED_TO_ACCEPT)
        kind, owed_by = find_evidence(cleaned.get("evidence", "")), cleaned.get("owed_by")
        if kind and owed_by and kind.subject == Subject.STAFF != owed_by:
            self.add_error("evidence", f"“{kind.label}”记的是每个人的，只能用于由“{Subject.STAFF.label}”完成的要求。")
        return cleaned


class PresetForm(forms.Form):
    """Which preset, from which day; where it counts what later rules advise against, that has been read."""

    preset = forms.ChoiceField(label="口径", choices=list(PRESETS.items()), initial=DEFAULT_PRESET, widget=forms.RadioSelect)
    since = forms.DateField(label="自何日起", widget=AdminDateInput)
    accepts_caution = forms.BooleanField(label="已看过上面的提示，仍按此口径", required=False)

    def clean(self):
        cleaned = super().clean()
        preset = cleaned.get("preset")
        if preset and not cleaned.get("accepts_caution") and cautions_raised_by(preset):
            label = PRESETS[preset]
            self.add_error("accepts_caution", f"“{label}”会碰到上面列出的减负提示。请看过提示并勾选后再继续。")
        return cleaned


class YearForm(forms.Form):
    year = forms.IntegerField(label="年度", min_value=2000, max_value=2100)


class OfficialYearForm(forms.Form):
    """Years whose official holidays the data have, newest first; another one is answered by the service."""

    year = forms.TypedChoiceField(label="年份", coerce=int)

    def __init__(self, *args, this_year: int, **kwargs):
        super().__init__(*args, **kwargs)
        first, last = official_years()
        years = range(max(last, this_year + 1), first - 1, -1)
        self.fields["year"].choices = [(year, f"{year} 年{'' if year <= last else '（没有数据）'}") for year in years]
        self.fields["year"].initial = this_year


def _turn(number: int):
    return forms.TypedChoiceField(label=f"第 {number} 位", coerce=int, empty_value=None, required=False)


class PlanItemForm(LedForm):
    """Where the heads teach in turn, there is a select for each turn."""

    turn_1, turn_2, turn_3, turn_4, turn_5, turn_6, turn_7, turn_8 = (_turn(number) for number in range(1, 9))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        rule = self.instance.requirement
        if not rule.opens_sessions:
            del self.fields["starts_at"]
        turns = list(self.instance.rota.select_related("staff")) if rule.speakers_min else []
        wanted = max(rule.speakers_max, rule.speakers_min, len(turns)) if rule.speakers_min else 0
        self.turn_names = TURN_NAMES[:wanted]
        for name in TURN_NAMES[wanted:]:
            del self.fields[name]
        if self.turn_names:
            self._offer_turns(turns)

    def _offer_turns(self, turns):
        day = self.instance.planned_on
        heads = {head.pk: head.name for head in heads_in_turn(day=day, before=day)}
        heads.update({turn.staff_id: turn.staff.name for turn in turns})
        for number, name in enumerate(self.turn_names):
            self.fields[name].choices = [("", "—"), *heads.items()]
            if number < len(turns):
                self.initial[name] = turns[number].staff_id

    def clean(self):
        cleaned = super().clean()
        chosen = [cleaned.get(name) for name in self.turn_names if cleaned.get(name)]
        if len(set(chosen)) < len(chosen):
            raise ValidationError("轮值主讲里同一个人填了两次，请改一位。")
        return cleaned

    @property
    def rota(self) -> list[StaffMember] | None:
        """The heads in the order of their turns; None where nobody teaches in turn."""
        if not self.turn_names:
            return None
        keys = [self.cleaned_data[name] for name in self.turn_names if self.cleaned_data.get(name)]
        people = StaffMember.objects.in_bulk(keys)
        return [people[key] for key in keys]
