"""What comes back from the roll's pages, read carefully."""

import re

from django import forms

from .choices import AttendanceStatus, RecordedBy

KEY = r"[1-9][0-9]{0,17}"
MARK_NAME = re.compile(rf"mark-({KEY})", re.ASCII)
SEEN = re.compile(rf"({KEY})=([a-z_]{{1,12}})", re.ASCII)


class RollForm(forms.Form):
    """The marks of a roll. A mark is a tap: what is still as the page showed it is none, and overrules nobody who signed in meanwhile."""

    version = forms.IntegerField(min_value=1, max_value=2**31 - 1)
    default = forms.ChoiceField(
        choices=[(status.value, status.label) for status in (AttendanceStatus.PRESENT, AttendanceStatus.UNRECORDED)]
    )
    seen = forms.CharField(required=False, max_length=200_000)
    rest_is_present = forms.BooleanField(required=False)
    complete = forms.BooleanField(required=False)

    def clean(self):
        cleaned = super().clean()
        self.posted = {}
        for name, value in self.data.items():
            if found := MARK_NAME.fullmatch(name):
                self.posted[int(found[1])] = value
        if unknown := set(self.posted.values()) - set(AttendanceStatus.values):
            raise forms.ValidationError(f"有 {len(unknown)} 种状态看不懂，点名没有保存。请刷新页面。")
        return cleaned

    @property
    def shown(self) -> dict[int, str]:
        """Who was marked already when the page was made; it showed everybody else as the default."""
        return {int(found[1]): found[2] for found in SEEN.finditer(self.cleaned_data["seen"])}

    @property
    def marks(self) -> dict[int, str]:
        shown, default = self.shown, self.cleaned_data["default"]
        return {pk: status for pk, status in self.posted.items() if status != shown.get(pk, default)}

    @property
    def seen_statuses(self) -> dict[int, str]:
        """What stood there, of those who are marked now."""
        shown = self.shown
        return {pk: shown.get(pk, AttendanceStatus.UNRECORDED) for pk in self.marks}

    @property
    def rest(self) -> str:
        """What becomes of those whom nobody has marked when the roll is completed."""
        if self.cleaned_data["default"] == AttendanceStatus.PRESENT or self.cleaned_data["rest_is_present"]:
            return AttendanceStatus.PRESENT
        return AttendanceStatus.UNRECORDED


class CorrectionForm(forms.Form):
    status = forms.ChoiceField(
        label="改为", choices=AttendanceStatus.choices, widget=forms.RadioSelect, error_messages={"required": "请选一种状态。"}
    )
    how = forms.ChoiceField(
        label="途径",
        choices=[(RecordedBy.CORRECTION.value, "点名有误"), (RecordedBy.PAPER.value, "以纸面签到为准")],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label="原因",
        max_length=200,
        help_text="会告诉本人，也会留在更正记录里。",
        error_messages={
            "required": "请写明更正的原因。",
            "max_length": "原因最多 %(limit_value)d 个字，现在有 %(show_value)d 个，请删减。",
        },
    )
