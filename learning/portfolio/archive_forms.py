"""Forms of the archives: which year and whose; what is read back."""

import datetime

from django import forms
from django.template.defaultfilters import filesizeformat

from ..organisation.models import Department
from ..programme.forms import ServiceErrors
from .uploads import LARGEST_UPLOAD

YEARS = 10


class ArchiveForm(ServiceErrors, forms.Form):
    year = forms.TypedChoiceField(
        label="年度", coerce=int, error_messages={"required": "请选年度。", "invalid_choice": "没有这个年度，请重新选。"}
    )
    department = forms.TypedChoiceField(
        label="范围",
        coerce=int,
        required=False,
        empty_value=None,
        help_text="按那一年年底（本年按今天）所在的科室（单位）计，含下级。",
        error_messages={"invalid_choice": "没有这个科室（单位），请重新选。"},
    )

    def __init__(self, *args, today: datetime.date, **kwargs):
        super().__init__(*args, **kwargs)
        self.departments = {one.pk: one for one in Department.objects.all()}
        self.fields["year"].choices = [(year, f"{year}年") for year in range(today.year, today.year - YEARS, -1)]
        self.fields["year"].initial = today.year if today.month > 6 else today.year - 1
        self.fields["department"].choices = [("", "全局"), *((pk, one.name) for pk, one in self.departments.items())]

    @property
    def facts(self) -> dict:
        return {"year": self.cleaned_data["year"], "department": self.departments.get(self.cleaned_data["department"])}


class RestoreForm(forms.Form):
    file = forms.FileField(
        label="档案包（zip）",
        help_text=f"一个人的、一个科室的或全局的，都用导出时的那个 zip 文件，不用解压。最大 {filesizeformat(LARGEST_UPLOAD)}。",
        widget=forms.FileInput(attrs={"accept": ".zip"}),
        max_length=500,
        error_messages={
            "required": "请选择要读回的 zip 文件。",
            "empty": "这个文件是空的，请确认选对了。",
            "max_length": "文件名太长，请改短再上传。",
        },
    )

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > LARGEST_UPLOAD:
            raise forms.ValidationError(
                f"文件有 {filesizeformat(file.size)}，超过上限 {filesizeformat(LARGEST_UPLOAD)}。请分科室导出、分次读回。"
            )
        return file
