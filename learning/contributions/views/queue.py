"""收稿: what waits for the office, and one article to be decided on, by the department's head or by the office."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from ..article_forms import PassForm, ReasonForm, SendForm
from ..article_page import page_of
from ..choices import ArticleState
from ..desk import queue_of, queued, waiting_for_section
from ..reviewing import may_decide
from ..services.review import (
    SENDABLE,
    UNUSABLE,
    MovedError,
    may_review_section,
    pass_article,
    return_article,
    send_article,
    set_aside_article,
)
from .articles import LOOK_AND_SEND, found, rights_of, said

OWN = "您是这篇稿件的作者，请由宣传科的其他同事办理。"
PASS, RETURN, SEND, ASIDE = "pass", "return", "send", "aside"
DONE = {PASS: "已审核通过，转宣传科", RETURN: "已退回，作者会收到消息", SEND: "已记为投出", ASIDE: "已记为未用，作者会收到消息"}


@never_cache
@login_required
@require_safe
def queue(request):
    rights = rights_of(request)
    if not rights.is_office:
        raise Http404
    return render(request, "learning/contributions/queue.html", {"rights": rights, "queue": queue_of()})


@never_cache
@login_required
@require_http_methods(LOOK_AND_SEND)
def review(request, pk):
    """The text, and what may be done with it by this reader; afterwards the next one that waits. `act` says which of the forms was sent."""
    rights = rights_of(request)
    article = found(pk, rights)
    acts = _acts(rights, article)
    if request.method == "POST":
        act = request.POST.get("act")
        if not (rights.is_office or rights.heads(article)):
            raise Http404
        if act not in acts and rights.may_decide(article) and not acts:
            messages.error(request, OWN)
            return redirect("media_article", pk)
        if act not in acts:
            messages.error(request, f"没有办成：这篇稿件现在是“{article.get_state_display()}”。请看过经过再定。")
            return redirect("media_article", pk)
        return _decided(request, rights, article, acts, act)
    if not acts:
        if rights.may_decide(article):
            messages.info(request, OWN)
        return redirect("media_article", pk)
    return _show(request, rights, article, _forms(article, rights, acts), acts)


def _acts(rights, article) -> list[str]:
    """What this reader may do with it now."""
    if may_review_section(rights, article):
        return [PASS, RETURN]
    if not may_decide(rights, article):
        return []
    acts = [RETURN] if article.state == ArticleState.OFFICE else []
    acts += [SEND] if article.state in SENDABLE else []
    return acts + ([ASIDE] if article.state in UNUSABLE else [])


def _forms(article, rights, acts, *, act=None, data=None) -> dict:
    made = {
        PASS: lambda given: PassForm(given),
        RETURN: lambda given: ReasonForm(given, prefix=RETURN),
        SEND: lambda given: SendForm(given, article=article, today=rights.today),
        ASIDE: lambda given: ReasonForm(given, prefix=ASIDE),
    }
    return {name: made[name](data if name == act else None) for name in acts}


def _decided(request, rights, article, acts, act):
    forms = _forms(article, rights, acts, act=act, data=request.POST)
    form = forms[act]
    if not form.is_valid():
        return _show(request, rights, article, forms, acts, status=400)
    facts = {"article": article, **form.cleaned_data, "by": request.user, "now": timezone.now()}
    if act in (PASS, RETURN):
        facts["version"] = _version(request.POST.get("version"))
    decide = {PASS: pass_article, RETURN: return_article, SEND: send_article, ASIDE: set_aside_article}[act]
    try:
        decide(**facts)
    except MovedError as error:
        messages.error(request, said(error))
        return redirect("review_article", article.pk)
    except ValidationError as error:
        form.add_service_error(error)
        return _show(request, rights, article, forms, acts, status=400)
    waiting = (queued() if rights.is_office and act != PASS else waiting_for_section(rights)).exclude(pk=article.pk).first()
    messages.success(request, f"“{article.title}”{DONE[act]}。{'这是下一篇。' if waiting else '没有别的在等了。'}")
    if waiting:
        return redirect("review_article", waiting.pk)
    return redirect("contribution_queue" if rights.is_office else "contributions")


def _show(request, rights, article, forms, acts, *, status=200):
    context = {
        "rights": rights,
        "article": article,
        "page": page_of(article, request.path),
        "forms": forms,
        "may_adopt": may_decide(rights, article),
        "is_own": rights.wrote(article),
    }
    return render(request, "learning/contributions/review_article.html", context, status=status)


def _version(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 10 else None
