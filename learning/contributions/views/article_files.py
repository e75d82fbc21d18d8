"""Pictures and documents of an article: added and taken away by its authors, given out to whoever may read it."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from cms.files.serving import hand_out

from ..article_forms import PictureForm
from ..choices import FileKind
from ..models import ArticleFile
from ..services.files import add_picture, remove_article_file
from .articles import LOOK_AND_SEND, found, rights_of, said


@never_cache
@login_required
@require_http_methods(LOOK_AND_SEND)
def add_files(request, pk):
    """The files of an article that is being written, and one more picture with its caption."""
    rights = rights_of(request)
    article = found(pk, rights)
    if not rights.wrote(article):
        raise Http404
    if not article.is_being_written:
        messages.info(request, f"这篇稿件已是“{article.get_state_display()}”，不能再增删附件。")
        return redirect("media_article", pk)
    form = PictureForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        picture = form.cleaned_data["picture"]
        try:
            add_picture(
                article=article,
                file=picture,
                name=picture.name,
                caption=form.cleaned_data["caption"],
                by=request.user,
                now=timezone.now(),
            )
        except ValidationError as error:
            form.add_error(None if hasattr(error, "error_dict") else "picture", error)
        else:
            messages.success(request, "图片已存。可以接着上传，或回去写稿、提交。")
            return redirect("article_files", pk)
    context = {"rights": rights, "article": article, "files": list(article.files.all()), "form": form}
    return render(request, "learning/contributions/article_files.html", context, status=400 if form.errors else 200)


@never_cache
@login_required
@require_safe
def article_file(request, pk):
    """For whoever may not read the article it does not exist."""
    file = get_object_or_404(ArticleFile, pk=pk)
    found(file.article_id, rights_of(request))
    return hand_out(file, is_picture=file.kind == FileKind.PICTURE)


@never_cache
@login_required
@require_http_methods(LOOK_AND_SEND)
def remove_file(request, pk):
    """Asks first: a file that is gone is gone."""
    file = get_object_or_404(ArticleFile, pk=pk)
    rights = rights_of(request)
    article = found(file.article_id, rights)
    if not rights.may_write(article):
        raise Http404
    if request.method != "POST":
        return render(request, "learning/contributions/remove_article_file.html", {"rights": rights, "article": article, "file": file})
    try:
        remove_article_file(file=file, by=request.user, now=timezone.now())
    except ValidationError as error:
        messages.error(request, said(error))
    else:
        messages.success(request, f"已删除“{file.original_name}”。")
    return redirect("article_files", article.pk)
