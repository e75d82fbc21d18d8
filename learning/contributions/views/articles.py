"""Articles on the front end: the list, one of them, the form it is written in, handing in and taking back."""

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from ...programme.rights import Rights
from ..article_forms import ArticleForm
from ..article_page import find_article, page_of
from ..counted import lines_of_article
from ..models import MediaArticle
from ..reviewing import may_decide
from ..rights import ContributionRights
from ..services.articles import (
    OutdatedError,
    discard_article,
    hand_in_article,
    may_discard,
    may_take_back,
    missing_for_hand_in,
    save_article,
    take_back_article,
)
from ..services.files import keep_document
from ..services.review import may_review_section
from ..submissions import list_of

LOOK_AND_SEND = ["GET", "HEAD", "POST"]
HAND_IN, FILES = "hand_in", "files"  # what else a button of the form does


def rights_of(request) -> ContributionRights:
    return ContributionRights(Rights(request.user, timezone.localdate()))


def found(pk: int, rights: ContributionRights) -> MediaArticle:
    """For whoever may not see it, it does not exist. Raises Http404."""
    article = find_article(pk)
    if article is None or not rights.may_see(article):
        raise Http404
    return article


def said(error: ValidationError) -> str:
    return "".join(error.messages)


@never_cache
@login_required
@require_safe
def article_list(request):
    """What the reader may see: the own, the department's, all."""
    rights = rights_of(request)
    context = {"rights": rights, "list": list_of(request.GET, rights)}
    return render(request, "learning/contributions/articles.html", context)


@never_cache
@login_required
@require_safe
def article(request, pk):
    rights = rights_of(request)
    one = found(pk, rights)
    wrote, page = rights.wrote(one), page_of(one, request.path)
    context = {
        "rights": rights,
        "page": page,
        "counted": lines_of_article(page, rights.base),
        "article": one,
        "may_write": rights.may_write(one),
        "may_take_back": wrote and may_take_back(one),
        "may_discard": wrote and may_discard(one),
        "may_review": may_review_section(rights, one),
        "may_decide": may_decide(rights, one),
    }
    return render(request, "learning/contributions/article.html", context)


@never_cache
@login_required
@require_http_methods(LOOK_AND_SEND)
def new_article(request):
    """Nothing is stored before something is sent. `?call=` and `?session=` fill in what it answers or reports."""
    rights = rights_of(request)
    if rights.staff is None and not rights.is_office:
        raise PermissionDenied("您的账号没有对应的人员，不能写稿件。请联系机关党委，在人员登记里填上您的账号。")
    if request.method == "POST":
        return _sent(request, rights, None)
    initial = {"token": uuid.uuid4(), "commission": _key(request.GET.get("call")), "session": _key(request.GET.get("session"))}
    return _form(request, rights, ArticleForm(rights=rights, initial=initial), None)


@never_cache
@login_required
@require_http_methods(LOOK_AND_SEND)
def edit_article(request, pk):
    rights = rights_of(request)
    one = found(pk, rights)
    if not rights.wrote(one):
        raise Http404
    if not one.is_being_written and request.method != "POST":
        messages.info(request, f"这篇稿件已是“{one.get_state_display()}”，不能再改；退回或撤回以后可以接着改。")
        return redirect("media_article", pk)
    if request.method == "POST":
        return _sent(request, rights, one)
    return _form(request, rights, ArticleForm(rights=rights, article=one), one)


def _sent(request, rights, one):
    """Saved; then, by the button that was pressed, handed in or on to the pictures."""
    form = ArticleForm(request.POST, request.FILES, rights=rights, article=one)
    if not form.is_valid():
        return _form(request, rights, form, one, status=400)
    now = timezone.now()
    try:
        with transaction.atomic():  # the file last, because no database takes bytes back
            stored = save_article(
                article=one,
                token=form.cleaned_data["token"],
                version=form.cleaned_data["version"],
                **form.facts,
                by=request.user,
                now=now,
            )
            if form.read:
                keep_document(article=stored, document=form.read, by=request.user, now=now)
    except OutdatedError as error:
        form.take_over(error.article.version)
        form.add_service_error(error)
        return _form(request, rights, form, error.article, status=409, newer=error.article)
    except ValidationError as error:
        form.add_service_error(error)
        return _form(request, rights, form, one, status=400)
    return _saved(request, form, stored)


def _saved(request, form, stored):
    if form.read and form.read.findings:
        messages.info(request, f"从“{form.read.name}”读入了正文。{''.join(form.read.findings[:5])}")
    if form.outsiders:
        messages.info(request, f"不在本单位名册里、按外单位作者记的：{'、'.join(form.outsiders)}。姓名写错的，请改正。")
    act = request.POST.get("act")
    if act == HAND_IN:
        return _handed_in(request, stored, back_to="edit_article")
    messages.success(request, "草稿已保存。提交之前只有作者看得到。" if stored.handed_in_at is None else "已保存，还没有提交。")
    return redirect("article_files" if act == FILES else "edit_article", stored.pk)


def _form(request, rights, form, one, *, status=200, newer=None):
    context = {
        "rights": rights,
        "form": form,
        "article": one,
        "newer": newer,
        "files": list(one.files.all()) if one else [],
        "action": reverse("edit_article", args=[one.pk]) if one else reverse("new_article"),
    }
    return render(request, "learning/contributions/article_form.html", context, status=status)


@never_cache
@login_required
@require_http_methods(LOOK_AND_SEND)
def hand_in(request, pk):
    """Asked with GET it leads to the article and changes nothing."""
    rights = rights_of(request)
    one = found(pk, rights)
    if not rights.wrote(one):
        raise Http404
    if request.method != "POST":
        return redirect("media_article", pk)
    return _handed_in(request, one, version=_key(request.POST.get("version")), back_to="media_article")


def _handed_in(request, one, *, version=None, back_to: str):
    try:
        given = hand_in_article(article=one, version=version, by=request.user, now=timezone.now())
    except OutdatedError:
        messages.error(request, "您打开这一页之后，这篇稿件在别处又改过，还没有提交。下面已是最新的，请看过再提交。")
        return redirect("media_article", one.pk)
    except ValidationError as error:
        messages.error(request, f"还没有提交。{said(error)}")
        needs_picture = back_to == "edit_article" and one.genre == "picture" and len(missing_for_hand_in(one)) == 1
        return redirect("article_files" if needs_picture else back_to, one.pk)
    messages.success(request, f"已提交，现在是“{given.get_state_display()}”。有结果会发站内消息。")
    return redirect("media_article", one.pk)


@never_cache
@login_required
@require_http_methods(LOOK_AND_SEND)
def take_back(request, pk):
    """Asked with GET it leads to the article and changes nothing."""
    rights = rights_of(request)
    one = found(pk, rights)
    if not rights.wrote(one):
        raise Http404
    if request.method != "POST":
        return redirect("media_article", pk)
    try:
        take_back_article(article=one, by=request.user, now=timezone.now())
    except ValidationError as error:
        messages.error(request, said(error))
        return redirect("media_article", pk)
    messages.success(request, "已撤回，可以接着改；改好再提交。")
    return redirect("edit_article", pk)


@never_cache
@login_required
@require_http_methods(LOOK_AND_SEND)
def discard(request, pk):
    """Asks first: a draft that is gone is gone."""
    rights = rights_of(request)
    one = found(pk, rights)
    if not rights.wrote(one):
        raise Http404
    if request.method != "POST":
        if not may_discard(one):
            return redirect("media_article", pk)
        return render(request, "learning/contributions/discard_article.html", {"rights": rights, "article": one})
    try:
        discard_article(article=one, by=request.user, now=timezone.now())
    except ValidationError as error:
        messages.error(request, said(error))
        return redirect("media_article", pk)
    messages.success(request, f"草稿“{one.title}”已删去。")
    return redirect("contributions")


def _key(text: str | None) -> int | None:
    """A number as an address or a form writes it; whatever else somebody puts there is none."""
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 10 else None
