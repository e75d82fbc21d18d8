"""学习兴趣小组: everybody signed in sees, joins and leaves; the leader and the clerks keep them."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from ..group_forms import GroupForm, WholeGroupForm
from ..groups import group_page, groups_on
from ..models import InterestGroup
from ..services.groups import GroupError, join_group, leave_group, save_group
from .books import may_log, staff_of

ADD, CHANGE = "learning.add_interestgroup", "learning.change_interestgroup"
RELATED = ("patron", "leader")


def may_keep(request, group: InterestGroup, staff) -> bool:
    """The leader, as long as that is somebody of the bureau, and the clerks."""
    is_leader = staff is not None and group.leader_id == staff.pk and not staff.has_left(timezone.localdate())
    return is_leader or request.user.has_perm(CHANGE)


@never_cache
@login_required
@require_safe
def groups(request):
    found = groups_on(timezone.localdate(), staff=staff_of(request))
    return render(request, "learning/reading/groups.html", {"groups": found, "may_add": request.user.has_perm(ADD), "now": timezone.now()})


@never_cache
@login_required
@require_safe
def group(request, pk):
    found, today, staff = get_object_or_404(InterestGroup.objects.select_related(*RELATED), pk=pk), timezone.localdate(), staff_of(request)
    context = {
        "group": found,
        "page": group_page(found, user=request.user, staff=staff, now=timezone.now(), today=today),
        "may_keep": may_keep(request, found, staff),
        "may_log": may_log(staff, today),
    }
    return render(request, "learning/reading/group.html", context)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def join(request, pk):
    """Asked with GET (by whoever had to sign in on the way) it leads to the group and changes nothing."""
    found = get_object_or_404(InterestGroup, pk=pk)
    if request.method == "POST":
        try:
            join_group(group=found, staff=staff_of(request), by=request.user, today=timezone.localdate())
            messages.success(request, f"您已加入“{found}”。")
        except GroupError as error:
            messages.error(request, "".join(error.messages))
    return redirect("interest_group", pk)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def leave(request, pk):
    found = get_object_or_404(InterestGroup, pk=pk)
    if request.method == "POST":
        try:
            left = leave_group(group=found, staff=staff_of(request), by=request.user)
            messages.success(request, f"您已退出“{found}”，随时可以再加入。" if left else f"您不在“{found}”里，不用退出。")
        except GroupError as error:
            messages.error(request, "".join(error.messages))
    return redirect("interest_group", pk)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request, pk):
    """Everybody signed in knows of a group, so that others are refused and not told that it is not there."""
    found = get_object_or_404(InterestGroup.objects.select_related(*RELATED), pk=pk)
    if not may_keep(request, found, staff_of(request)):
        raise PermissionDenied("小组由组长和机关党委维护。")
    return _edit(request, found, WholeGroupForm if request.user.has_perm(CHANGE) else GroupForm)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new(request):
    if not request.user.has_perm(ADD):
        raise PermissionDenied("小组由机关党委建立。想建新小组的，请与机关党委联系。")
    return _edit(request, InterestGroup(), WholeGroupForm)


def _edit(request, found: InterestGroup, form_class):
    is_new, name = found.pk is None, found.name
    form = form_class(request.POST or None, instance=found, now=timezone.now())
    if request.method == "POST" and form.is_valid():
        try:
            kept = save_group(group=form.instance, shelf=form.shelf, by=request.user, today=timezone.localdate())
        except ValidationError as error:
            form.add_service_error(error)
        else:
            messages.success(request, f"“{kept}”已{'建立' if is_new else '保存'}。")
            return redirect("interest_group", kept.pk)
    context = {"form": form, "group": found, "is_new": is_new, "name": name}
    return render(request, "learning/reading/group_form.html", context, status=400 if form.errors else 200)


urlpatterns = [
    path("reading/groups/", groups, name="interest_groups"),
    path("reading/groups/new/", new, name="new_group"),
    path("reading/groups/<int:pk>/", group, name="interest_group"),
    path("reading/groups/<int:pk>/join/", join, name="join_group"),
    path("reading/groups/<int:pk>/leave/", leave, name="leave_group"),
    path("reading/groups/<int:pk>/edit/", edit, name="edit_group"),
]
