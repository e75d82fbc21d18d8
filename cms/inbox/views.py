from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from .models import Message
from .services import is_own_path, mark_all_read, mark_read

PER_PAGE = 20


@never_cache
@login_required
@require_safe
def inbox(request):
    """What the site has told the signed-in person, unread first."""
    page = Paginator(Message.objects.to(request.user).unread_first(), PER_PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "inbox/inbox.html",
        {
            "page": page,
            "page_numbers": page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1),
            "gap": page.paginator.ELLIPSIS,
        },
    )


# The two below are asked with GET by whoever had to sign in on the way: that leads to the list and changes nothing.


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def open_message(request, pk):
    """Mark the own message as read and go where it leads."""
    message = get_object_or_404(Message.objects.to(request.user), pk=pk)
    if request.method != "POST":
        return redirect("inbox")
    mark_read(message=message, by=request.user, now=timezone.now())
    return HttpResponseRedirect(message.url) if is_own_path(message.url) else redirect("inbox")


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def read_all(request):
    if request.method == "POST":
        number = mark_all_read(by=request.user, now=timezone.now())
        messages.success(request, f"已将 {number} 条消息标为已读。")
    return redirect("inbox")
