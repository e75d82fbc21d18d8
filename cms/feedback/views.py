from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from .forms import FeedbackForm, ReceiptForm
from .services import TooManyEntriesError, find_by_receipt, receive_feedback


def _page_id(request) -> int | None:
    value = request.GET.get("page", "")
    return int(value) if value.isdecimal() and len(value) < 10 else None


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def feedback(request):
    """The entry for complaints and suggestions; after sending it shows the receipt code once."""
    form = FeedbackForm(request.POST or None, user=request.user, page_id=_page_id(request))
    if request.method == "POST" and form.is_valid():
        if form.is_from_a_machine:
            return redirect("feedback")
        try:
            entry = receive_feedback(**{name: form.cleaned_data[name] for name in ("kind", "subject", "text", "contact")}, page=form.page)
        except TooManyEntriesError as error:
            form.add_error(None, str(error))
        else:
            return render(request, "feedback/received.html", {"entry": entry})
    status = 400 if request.method == "POST" else 200
    return render(request, "feedback/form.html", {"form": form, "about": form.page}, status=status)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def feedback_status(request):
    """Whoever has the receipt code reads the answer. The code travels in the form's body, never in an address."""
    form = ReceiptForm(request.POST or None)
    entry = None
    if request.method == "POST" and form.is_valid():
        entry = find_by_receipt(form.cleaned_data["code"])
        if entry is None:
            form.add_error("code", "没有这个查询码。请核对是否抄错，字母不分大小写。")
    return render(request, "feedback/status.html", {"form": form, "entry": entry})
