from django import forms

from .kinds import ImportKind
from .sheets import ENDINGS, MAX_COLUMNS, MAX_ROWS, Sheet, column_letter
from .workbooks import as_text

SAMPLES = 2


class UploadForm(forms.Form):
    kind = forms.ChoiceField(label="导入种类", widget=forms.RadioSelect)
    file = forms.FileField(
        label="表格文件",
        help_text=f"可用 {'、'.join(f'.{ending}' for ending in ENDINGS)}；最多 {MAX_ROWS:,} 行、{MAX_COLUMNS} 列。表头上方可以有标题行。",
        widget=forms.FileInput(attrs={"accept": ",".join(f".{ending}" for ending in ENDINGS)}),
        max_length=500,
    )

    def __init__(self, *args, kinds: list[ImportKind], **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [(kind.key, kind.label) for kind in kinds]
        if len(kinds) == 1:
            self.fields["kind"].initial = kinds[0].key


class SheetForm(forms.Form):
    """Which sheet, and in which row its headings stand."""

    sheet = forms.ChoiceField(label="工作表", required=False)
    header_row = forms.IntegerField(label="表头在第几行", min_value=1, max_value=MAX_ROWS)

    def __init__(self, *args, sheet: Sheet, **kwargs):
        super().__init__(*args, **kwargs)
        if sheet.others:
            self.fields["sheet"].choices = [(name, f"{name}（隐藏）" if name in sheet.hidden else name) for name in sheet.others]
        else:
            del self.fields["sheet"]


class MappingForm(forms.Form):
    """One select for each field of the kind, one checkbox for each of its options."""

    def __init__(self, *args, kind: ImportKind, sheet: Sheet, header_row: int, **kwargs):
        super().__init__(*args, **kwargs)
        self.kind = kind
        columns = [("", "（表中没有）"), *_columns(sheet, header_row)]
        for field in kind.fields:
            self.fields[f"field_{field.name}"] = forms.TypedChoiceField(
                label=field.label,
                choices=columns,
                coerce=int,
                empty_value=None,
                required=field.required,
                help_text=field.help,
                error_messages={"required": f"请选择“{field.label}”在表中的哪一列；表中没有就先补上再上传。"},
            )
        for option in kind.options:
            self.fields[f"option_{option.name}"] = forms.BooleanField(label=option.label, help_text=option.help, required=False)

    @property
    def mapping(self) -> dict[str, int]:
        chosen = {field.name: self.cleaned_data.get(f"field_{field.name}") for field in self.kind.fields}
        return {name: column for name, column in chosen.items() if column is not None}

    @property
    def options(self) -> dict[str, bool]:
        return {option.name: self.cleaned_data.get(f"option_{option.name}", False) for option in self.kind.options}

    @property
    def columns(self):
        return [self[f"field_{field.name}"] for field in self.kind.fields]

    @property
    def switches(self):
        return [self[f"option_{option.name}"] for option in self.kind.options]


class DecisionForm(forms.Form):
    decision = forms.CharField(max_length=40, required=False)


def _columns(sheet: Sheet, header_row: int):
    """(column, "B 工号：0012、0013") for each column of the sheet."""
    rows = [cells for _number, cells in sheet.data(header_row)[:50]]
    for column, heading in enumerate(sheet.header(header_row)):
        samples = [as_text(row[column])[:12] for row in rows if row[column] != ""][:SAMPLES]
        label = f"{column_letter(column)} {heading or '（无表头）'}"
        yield column, f"{label}：{'、'.join(samples)}" if samples else label
