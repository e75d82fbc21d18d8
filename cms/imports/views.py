"""The four steps in the admin. Every view asks `imports.add_importbatch`; a batch opens to whoever uploaded it and to superusers."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.db.models import Case, Count, IntegerField, Value, When
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from wagtail.admin import messages
from wagtail.admin.auth import permission_required
from wagtail.admin.paginator import WagtailPaginator

from .forms import DecisionForm, MappingForm, SheetForm, UploadForm
from .kinds import ImportKind, UnknownKindError, all_kinds, get_kind
from .models import ImportBatch, ImportRow
from .services import (
    AlreadyImportedError,
    ImportRefusedError,
    check_batch,
    commit_batch,
    decide_row,
    look_at_sheet,
    map_columns,
    skip_error_rows,
    undo_batch,
    upload_batch,
)
from .sheets import UnreadableSheetError, column_letter
from .workbooks import XLSX, as_text, problem_workbook, template_workbook

PERMISSION = "imports.add_importbatch"
PER_PAGE = 50
PREVIEW_ROWS = 8
STEPS = ("上传", "对应", "核对", "完成")
State = ImportRow.State
# What needs a person comes first.
ORDER = (State.ERROR, State.ASK, State.CHANGE, State.NEW, State.SKIPPED, State.SAME)
PROBLEMS = (State.ERROR, State.ASK)

may_import = permission_required(PERMISSION)


def kinds_for(user) -> list[ImportKind]:
    return [kind for kind in all_kinds() if user.has_perms(kind.permissions)]


def batch_for(user, pk) -> ImportBatch:
    """The batch, if it is the user's own (a superuser's is everybody's) and its kind is open to the user. Raises PermissionDenied."""
    batch = get_object_or_404(ImportBatch.objects.select_related("created_by", "undone_by"), pk=pk)
    if user.is_superuser:
        return batch
    if batch.created_by_id != user.pk or not user.has_perms(_kind(batch.kind).permissions):
        raise PermissionDenied
    return batch


@may_import
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def start(request):
    """上传"""
    kinds = kinds_for(request.user)
    form = UploadForm(request.POST or None, request.FILES or None, kinds=kinds)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            batch = upload_batch(kind=form.cleaned_data["kind"], file=file, name=file.name, by=request.user)
        except (UnreadableSheetError, ImportRefusedError) as error:
            form.add_error("file", str(error))
        else:
            return redirect("imports:map", batch.pk)
    return _page(request, "start", 1, "导入：上传表格", form=form, kinds=kinds)


@may_import
@require_GET
def template(request, kind):
    """An empty table with the right headings."""
    table = _kind(kind)
    if not request.user.has_perms(table.permissions):
        raise PermissionDenied
    return _download(template_workbook(table), f"{table.label}模板.xlsx")


@may_import
@require_GET
def batch(request, pk):
    """To the step the batch stands at."""
    found = batch_for(request.user, pk)
    step = {ImportBatch.State.UPLOADED: "map", ImportBatch.State.CHECKED: "review"}.get(found.state, "done")
    return redirect(f"imports:{step}", found.pk)


@may_import
@require_GET
def file(request, pk):
    """The file as it was uploaded: the proof."""
    found = batch_for(request.user, pk)
    try:
        stream = found.file.open("rb")
    except FileNotFoundError as error:
        raise Http404("原文件已不在。") from error
    return FileResponse(stream, as_attachment=True, filename=found.original_name, content_type="application/octet-stream")


@may_import
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def map_step(request, pk):
    """对应"""
    found = batch_for(request.user, pk)
    if found.state not in (ImportBatch.State.UPLOADED, ImportBatch.State.CHECKED):
        return redirect("imports:done", found.pk)
    asked = request.GET
    row = int(asked["header_row"]) if asked.get("header_row", "").isascii() and asked.get("header_row", "").isdigit() else None
    try:
        sheet, header_row, mapping = look_at_sheet(found, sheet=asked.get("sheet"), header_row=row)
    except (UnreadableSheetError, FileNotFoundError) as error:
        unreadable = str(error) if isinstance(error, UnreadableSheetError) else "原文件已不在，请重新上传。"
        messages.error(request, unreadable)
        return redirect("imports:map" if asked else "imports:start", *([found.pk] if asked else []))
    kind = _kind(found.kind)
    initial = {f"field_{name}": column for name, column in mapping.items()}
    initial |= {f"option_{option.name}": found.options.get(option.name, False) for option in kind.options}
    form = MappingForm(request.POST or None, kind=kind, sheet=sheet, header_row=header_row, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            map_columns(batch=found, mapping=form.mapping, sheet=sheet.name, header_row=header_row, options=form.options, by=request.user)
        except (ImportRefusedError, UnreadableSheetError) as error:
            form.add_error(None, str(error))
        else:
            return redirect("imports:review", found.pk)
    return _page(
        request,
        "map",
        2,
        "导入：对应各列",
        batch=found,
        form=form,
        sheet_form=SheetForm(initial={"sheet": sheet.name, "header_row": header_row}, sheet=sheet),
        letters=[column_letter(column) for column in range(len(sheet.rows[0]))],
        header_row=header_row,
        preview=[
            (number, [as_text(cell) for cell in cells]) for number, cells in enumerate(sheet.rows[: header_row + PREVIEW_ROWS], start=1)
        ][-(PREVIEW_ROWS + 3) :],
    )


@dataclass(frozen=True, slots=True)
class _Tab:
    label: str
    state: str
    count: int
    current: bool


@may_import
@never_cache
@require_GET
def review(request, pk):
    """核对"""
    found = batch_for(request.user, pk)
    if found.state == ImportBatch.State.UPLOADED:
        return redirect("imports:map", found.pk)
    if found.state != ImportBatch.State.CHECKED:
        return redirect("imports:done", found.pk)
    counts = _counts(found)
    return _page(
        request,
        "review",
        3,
        "导入：核对",
        batch=found,
        problems=sum(counts.get(state, 0) for state in PROBLEMS),
        errors=counts.get(State.ERROR, 0),
        to_write=counts.get(State.NEW, 0) + counts.get(State.CHANGE, 0),
        **_listing(request, found, counts),
    )


@may_import
@require_POST
def decide(request, pk, row_pk):
    found = batch_for(request.user, pk)
    row = get_object_or_404(ImportRow, pk=row_pk, batch=found)
    form = DecisionForm(request.POST)
    if form.is_valid():
        _tell_refusal(request, lambda: decide_row(row=row, decision=form.cleaned_data["decision"], by=request.user))
    return _back_to_review(request, found, anchor=f"row-{row.number}")


@may_import
@require_POST
def skip_errors(request, pk):
    found = batch_for(request.user, pk)
    _tell_refusal(request, lambda: skip_error_rows(batch=found, by=request.user))
    return _back_to_review(request, found)


@may_import
@require_POST
def recheck(request, pk):
    found = batch_for(request.user, pk)
    _tell_refusal(request, lambda: check_batch(batch=found, by=request.user))
    return _back_to_review(request, found)


@may_import
@require_POST
def commit(request, pk):
    found = batch_for(request.user, pk)
    try:
        commit_batch(batch=found, by=request.user)
    except AlreadyImportedError as error:
        messages.warning(request, str(error))
    except ImportRefusedError as error:
        messages.error(request, str(error))
        return _back_to_review(request, found)
    else:
        messages.success(request, f"“{found.original_name}”已导入。")
    return redirect("imports:batch", found.pk)


@may_import
@never_cache
@require_GET
def done(request, pk):
    """完成"""
    found = batch_for(request.user, pk)
    if found.state in (ImportBatch.State.UPLOADED, ImportBatch.State.CHECKED):
        return redirect("imports:batch", found.pk)
    counts = _counts(found)
    return _page(
        request,
        "done",
        4,
        "导入：完成" if found.state == ImportBatch.State.COMMITTED else "导入：已撤销",
        batch=found,
        committed=found.state == ImportBatch.State.COMMITTED,
        **_listing(request, found, counts),
    )


@may_import
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def undo(request, pk):
    """撤销, after a question"""
    found = batch_for(request.user, pk)
    if request.method == "POST":
        try:
            undo_batch(batch=found, by=request.user)
        except ImportRefusedError as error:
            return _page(request, "undo", 4, "撤销导入", batch=found, reasons=getattr(error, "reasons", [str(error)]))
        messages.success(request, f"“{found.original_name}”的导入已撤销，系统恢复到导入之前。")
        return redirect("imports:done", found.pk)
    if found.state != ImportBatch.State.COMMITTED:
        return redirect("imports:batch", found.pk)
    counts = _counts(found)
    return _page(request, "undo", 4, "撤销导入", batch=found, new=counts.get(State.NEW, 0), changed=counts.get(State.CHANGE, 0))


@may_import
@require_GET
def problems(request, pk):
    """The rows with errors and open questions, to be corrected in a table and uploaded again."""
    found = batch_for(request.user, pk)
    rows = _ordered(found.rows.filter(state__in=PROBLEMS))
    return _download(problem_workbook(found, rows), f"有问题的行 {found.original_name.rpartition('.')[0]}.xlsx")


def _kind(key) -> ImportKind:
    try:
        return get_kind(key)
    except UnknownKindError as error:
        raise Http404("没有这种导入。") from error


def _page(request, name, step, title, **context):
    steps = [
        {"number": number, "label": label, "state": "done" if number < step else "current" if number == step else "ahead"}
        for number, label in enumerate(STEPS, start=1)
    ]
    return render(request, f"imports/{name}.html", {"title": title, "steps": steps, **context})


def _counts(batch) -> dict:
    return dict(batch.rows.order_by().values_list("state").annotate(Count("pk")))


def _ordered(rows):
    place = Case(*(When(state=state, then=Value(at)) for at, state in enumerate(ORDER)), output_field=IntegerField())
    return rows.order_by(place, "number")


def _listing(request, batch, counts) -> dict:
    """Tabs, one page of rows with the cells of the chosen columns, and the address to come back to."""
    state = request.GET.get("state", "")
    state = state if state in State.values else ""
    rows = _ordered(batch.rows.filter(state=state) if state else batch.rows.all())
    paginator = WagtailPaginator(rows, PER_PAGE)
    page = paginator.get_page(request.GET.get("p"))
    fields = [field for field in _kind(batch.kind).fields if field.name in batch.mapping]
    for row in page:
        row.cells = [as_text(row.raw[batch.mapping[field.name]]) for field in fields]
        row.number_id = f"row-{row.number}"
    return {
        "tabs": [
            _Tab("全部", "", sum(counts.values()), not state),
            *(_Tab(one.label, one.value, counts[one], one == state) for one in ORDER if counts.get(one)),
        ],
        "fields": fields,
        "page_obj": page,
        "elided_page_range": paginator.get_elided_page_range(page.number),
        "state": state,
        "here": urlencode({"state": state, "p": page.number}),
    }


def _tell_refusal(request, act) -> None:
    try:
        act()
    except ImportRefusedError as error:
        messages.error(request, str(error))


def _back_to_review(request, batch, anchor=""):
    """To the same filter and page; only these two are taken from the form."""
    state, page = request.POST.get("state", ""), request.POST.get("p", "")
    query = urlencode({"state": state if state in State.values else "", "p": page if page.isascii() and page.isdigit() else "1"})
    return redirect(f"{reverse('imports:review', args=[batch.pk])}?{query}{'#' + anchor if anchor else ''}")


def _download(data: bytes, name: str) -> HttpResponse:
    return HttpResponse(data, content_type=XLSX, headers={"Content-Disposition": content_disposition_header(True, name)})
