"""Bulletins from data: choose which, make the draft, read it with its numbers; the review of the draft is the page editor's."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from ...periods import period_of
from ..bulletin_forms import BulletinForm
from ..models import ContributionBulletin
from ..rights import ContributionRights
from ..services.bulletins import PERIODS, make_bulletin
from .standings import rights_of

PER_PAGE = 20


def _overseer(request) -> ContributionRights:
    rights = rights_of(request)
    if not rights.sees_everything:
        raise Http404
    return rights


def may_make(rights: ContributionRights) -> bool:
    """The office; the clerk, who owes the half-year's summary with it (R45)."""
    return rights.is_office or rights.is_clerk


@never_cache
@login_required
@require_safe
def bulletins(request):
    rights = _overseer(request)
    page = Paginator(ContributionBulletin.objects.select_related("page", "made_by"), PER_PAGE).get_page(request.GET.get("page"))
    for bulletin in page:
        bulletin.period = period_of(bulletin.period_first, PERIODS[bulletin.kind])
    context = {
        "rights": rights,
        "page": page,
        "page_numbers": page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1),
        "gap": Paginator.ELLIPSIS,
        "form": BulletinForm(today=rights.today) if may_make(rights) else None,
    }
    return render(request, "learning/contributions/bulletins.html", context)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new_bulletin(request):
    rights = rights_of(request)
    if not may_make(rights):
        raise Http404
    form = BulletinForm(request.POST or None, today=rights.today)
    if request.method == "POST" and form.is_valid():
        kind, period = form.chosen
        try:
            made = make_bulletin(kind=kind, period=period, by=request.user, now=timezone.now())
        except ValidationError as error:
            form.add_service_error(error)
        else:
            messages.success(request, "通报稿已生成。请核对数据，再到后台改文字、送审。")
            return redirect("contribution_bulletin", made.pk)
    status = 400 if request.method == "POST" else 200
    return render(request, "learning/contributions/bulletin_form.html", {"rights": rights, "form": form}, status=status)


@never_cache
@login_required
@require_safe
def bulletin(request, pk):
    rights = _overseer(request)
    found = get_object_or_404(ContributionBulletin.objects.select_related("page", "made_by"), pk=pk)
    context = {
        "rights": rights,
        "bulletin": found,
        "period": period_of(found.period_first, PERIODS[found.kind]),
        "snapshot": found.snapshot,
        "newer": ContributionBulletin.objects.filter(kind=found.kind, period_first=found.period_first, pk__gt=found.pk)
        .order_by("pk")
        .last(),
        "may_edit": may_make(rights) and found.page is not None and request.user.has_perm("wagtailadmin.access_admin"),
    }
    return render(request, "learning/contributions/bulletin.html", context)
