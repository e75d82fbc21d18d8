from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from ...evidence import Subject
from ..gaps import cell_details, gap_grid
from ..gaps.counting import comes_about_by_sessions
from ..models import AnnualPlan, PlanItem
from ..rights import Rights
from ..scopes import ORGAN_CHOICE, choice_of, choices_for
from ..services.plans import PlanError, open_session, record_done
from ..services.reminders import remind, told_of

PER_PAGE = 50
MONTHS = range(1, 13)


class DoneForm(forms.Form):
    on = forms.DateField(
        label="完成日期",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": "请填写完成日期。", "invalid": "日期请写成 2026-03-31 这样。"},
    )
    note = forms.CharField(
        label="完成情况",
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="一句话：做了什么，材料放在哪里。最多 200 字。",
        error_messages={"required": "请写一句完成情况，例如材料放在哪里。", "max_length": "最多 200 个字，现在有 %(show_value)s 个。"},
    )


def year_asked(request, today) -> int:
    """Raises Http404 for what no plan can be of."""
    value = request.GET.get("year") or str(today.year)
    if not (value.isdecimal() and len(value) == 4 and 2000 <= int(value) <= 2100):
        raise Http404
    return int(value)


def choice_asked(request, choices):
    """The scope that the address names, the widest without one. Raises Http404 for one that is not the asker's business."""
    value = request.GET.get("scope")
    if not value:
        return choices[0] if choices else None
    found = next((choice for choice in choices if choice.text == value), None)
    if found is None:
        raise Http404
    return found


def address(name: str, **kwargs) -> str:
    """Of a screen that may not be part of this site; empty then."""
    try:
        return reverse(name, **kwargs)
    except NoReverseMatch:
        return ""


@never_cache
@login_required
@require_safe
def gaps(request):
    """A year of the organ, a branch or a department: what is owed, what is there, what is missing."""
    today = timezone.localdate()
    rights, year = Rights(request.user, today), year_asked(request, today)
    choices = choices_for(rights, year)
    chosen = choice_asked(request, choices)
    if chosen is None:
        raise PermissionDenied("缺口只给机关党委、领导小组和各支部、科室负责人看。自己要做的在“我的学习”里。")
    plans = {plan.year: plan for plan in AnnualPlan.objects.all()}
    plan = plans.get(year)
    is_hidden = plan is not None and plan.state == AnnualPlan.State.DRAFT and not rights.is_clerk
    grid = gap_grid(year=year, today=today, scope=chosen.scope) if plan and not is_hidden else None
    return render(
        request,
        "learning/programme/gaps.html",
        {
            "year": year,
            "years": sorted({*plans, today.year, year}, reverse=True),
            "chosen": chosen,
            "choices": choices,
            "plan": plan,
            "is_hidden": is_hidden,
            "grid": grid if grid and grid.formats else None,
            "months": MONTHS,
            "this_month": today.month if today.year == year else None,
            "legend": grid.counts.items() if grid else (),
            "today": today,
            "is_clerk": rights.is_clerk,
            "plan_url": address("annual_plans:index") if rights.is_clerk else "",
        },
    )


def _details_asked(request, item_pk):
    """(rights, chosen scope, details) of the cell that the address means. Raises Http404 where it is not the asker's business."""
    today = timezone.localdate()
    rights = Rights(request.user, today)
    item = get_object_or_404(PlanItem.objects.select_related("plan"), pk=item_pk)
    if item.plan.state == AnnualPlan.State.DRAFT and not rights.is_clerk:
        raise Http404
    for choice in _places_to_look(request, rights, item):
        if details := cell_details(item=item, today=today, scope=choice.scope):
            return rights, choice, details
    raise Http404


def _places_to_look(request, rights, item) -> list:
    """The scope that the address names; without one the widest that the asker sees the item in."""
    text = request.GET.get("scope", "")
    if rights.sees_everything:
        choice = choice_of(rights, text) if text else ORGAN_CHOICE
        return [choice] if choice else []
    choices = choices_for(rights, item.plan.year)
    if item.owed_by != Subject.STAFF and item.leads.filter(pk__in=rights.department_ids).exists():
        choices.append(ORGAN_CHOICE)  # whoever leads it sees how it stands everywhere; of people's names there are none in it
    return [choice for choice in choices if text in ("", choice.text)]


def _cell_address(item_pk: int, choice) -> str:
    return f"{reverse('gap_cell', args=[item_pk])}?scope={choice.text}"


@never_cache
@login_required
@require_safe
def cell(request, item_pk):
    """Who has done it and who has not, by which sessions, on what ground."""
    rights, chosen, details = _details_asked(request, item_pk)
    may_chase = rights.may_chase(*chosen.scope)
    page = people = None
    if details.missing is not None:
        page = Paginator(details.missing, PER_PAGE).get_page(request.GET.get("page"))
        people = page.paginator
    elif details.rows:
        page = Paginator(details.rows, PER_PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "learning/programme/gap_cell.html",
        {
            "details": details,
            "cell": details.cell,
            "chosen": chosen,
            "year": details.cell.first_item.period_last.year,
            "page": page,
            "page_numbers": page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1) if page else (),
            "gap": Paginator.ELLIPSIS,
            "query": f"scope={chosen.text}",
            "missing_count": people.count if people else 0,
            "acts": _acts(rights, page.object_list) if page and people is None else frozenset(),
            "without_session": _without_session(page.object_list) if page and people is None else frozenset(),
            "told": told_of(details, by=request.user, today=rights.today) if may_chase and details.cell.is_open else None,
        },
    )


def _acts(rights, rows) -> frozenset[int]:
    """Keys of the items that the asker may tick off or open a session of."""
    return frozenset(item.pk for row in rows for item in row.part.items if rights.may_act_for(item))


def _without_session(rows) -> frozenset[int]:
    """Keys of the items that a session can be opened for: it would meet them, they are of no person, and have none that lives."""
    return frozenset(
        item.pk
        for row in rows
        for item in row.part.items
        if item.owed_by != Subject.STAFF and comes_about_by_sessions(item.requirement) and item.pk not in row.live_items
    )


# The three below are asked with GET by whoever had to sign in on the way: that leads to the cell and changes nothing.


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def remind_behind(request, item_pk):
    rights, chosen, details = _details_asked(request, item_pk)
    if not rights.may_chase(*chosen.scope):
        raise PermissionDenied("提醒由机关党委发出，本支部、本科室的由其负责人发出。")
    if request.method == "POST":
        try:
            told = remind(details=details, by=request.user, now=timezone.now(), today=rights.today)
        except ValidationError as error:
            messages.error(request, "".join(error.messages))
        else:
            messages.success(request, f"已提醒 {told} 人。" if told else "该提醒的人都已提醒过，没有再发。")
    return redirect(_cell_address(item_pk, chosen))


def _item_to_act_for(request, item_pk):
    rights, chosen, _details = _details_asked(request, item_pk)
    item = PlanItem.objects.select_related("requirement", "branch", "department").get(pk=item_pk)
    if not rights.may_act_for(item):
        raise PermissionDenied("这一项由完成它的支部、科室或机关党委登记。")
    return rights, chosen, item


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def done(request, item_pk):
    """Tick off what no room of the site keeps: when it was done and what."""
    rights, chosen, item = _item_to_act_for(request, item_pk)
    initial = {"on": item.done_on or min(rights.today, item.due_on), "note": item.done_note}
    form = DoneForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            record_done(item=item, by=request.user, now=timezone.now(), **form.cleaned_data)
        except ValidationError as error:
            _show(error, form)
        else:
            messages.success(request, f"已登记：{item}，{form.cleaned_data['on']:%Y-%m-%d} 完成。")
            return redirect(_cell_address(item_pk, chosen))
    status = 400 if request.method == "POST" else 200
    context = {"form": form, "item": item, "back": _cell_address(item_pk, chosen)}
    return render(request, "learning/programme/item_done.html", context, status=status)


def _show(error: ValidationError, form) -> None:
    """On the form: what belongs to no field of it stands above them."""
    for name, found in getattr(error, "error_dict", {None: [error]}).items():
        form.add_error(name if name in form.fields else None, ValidationError(found))


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def open_item_session(request, item_pk):
    """The session of an item that has none, to be filled in at once."""
    _rights, chosen, item = _item_to_act_for(request, item_pk)
    if request.method != "POST":
        return redirect(_cell_address(item_pk, chosen))
    try:
        session = open_session(item=item, by=request.user)
    except PlanError as error:
        messages.error(request, "".join(error.messages))
        return redirect(_cell_address(item_pk, chosen))
    messages.success(request, "已按计划建立学习活动，请补充地点、主持人和内容。")
    return redirect("edit_session", session.pk)
