"""Who gets a document (A3 of the threat list): whoever may read a page that gives it out.

Wagtail asks the collection alone, so an attachment of a page for staff would be anybody's who guesses its address. Asked when the file
is served, not copied when it is attached: a page that is closed or withdrawn takes its files along.
"""

import mimetypes
from pathlib import PurePath

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.contrib.contenttypes.models import ContentType
from django.http import FileResponse, Http404
from django.views.static import serve
from wagtail.documents.models import Document
from wagtail.models import Page, ReferenceIndex
from wagtail.permission_policies.collections import CollectionOwnershipPermissionPolicy

from cms.core.visibility import visible_pages

from .models import CustomDocument
from .validation import IMAGE_FORMATS

# Wagtail's own, made here: 7.4 and 8.0 keep theirs in different places.
POLICY = CollectionOwnershipPermissionPolicy(CustomDocument, auth_model=Document, owner_field_name="uploaded_by_user")
WORKING_WITH_FILES = ("change", "delete", "choose")


def pages_giving_out(document):
    """The pages whose published text or attachments hold `document`."""
    page_type = ContentType.objects.get_for_model(Page)
    keys = ReferenceIndex.get_references_to(document).filter(base_content_type=page_type).values_list("object_id", flat=True)
    return Page.objects.live().filter(pk__in=[int(key) for key in keys])


def refuse_unless_readable(document, request):
    """Wagtail's `before_serve_document`: None lets the file go; anonymous readers of a page for staff are asked to sign in.

    Raises Http404 for whoever may not have it, the same as where there is nothing.
    """
    user = request.user
    if POLICY.user_has_any_permission_for_instance(user, WORKING_WITH_FILES, document):
        return None
    pages = pages_giving_out(document)
    if visible_pages(user).filter(pk__in=pages.values("pk")).exists():
        return None
    if not user.is_authenticated and pages.exists():
        return redirect_to_login(request.get_full_path())
    raise Http404("没有这个文件")


def rendition(request, path):
    """Renditions only: originals and documents have no address of their own. A front server may take this path over."""
    return serve(request, path, document_root=settings.MEDIA_ROOT)


def hand_out(kept, *, is_picture: bool) -> FileResponse:
    """A row with a `file` of private storage and its `original_name`; whether they may have it has been asked before. A picture to look at,
    anything else to save. Neither browser nor proxy keeps it. Raises Http404 where the bytes are gone.
    """
    try:
        opened = kept.file.open("rb")
    except FileNotFoundError as error:
        raise Http404 from error
    ending = PurePath(kept.original_name).suffix.lower().lstrip(".")
    is_shown = is_picture and ending in IMAGE_FORMATS
    kind = mimetypes.guess_type(f"x.{ending}")[0] if is_shown else "application/octet-stream"
    response = FileResponse(opened, as_attachment=not is_shown, filename=kept.original_name, content_type=kind)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, no-store"
    return response
