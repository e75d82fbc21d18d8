"""An article as a PDF file: title, source, time, body, address, as the print sheet has them, set with the fonts of GB/T 9704.

Rendering takes seconds, so each published version is rendered once and kept in private storage.
"""

from pathlib import Path

import structlog
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.http import FileResponse
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.views.decorators.http import require_safe

from .models import ArticlePage

try:
    import weasyprint
except OSError:  # a Debian library is missing: everything but the PDF works without it
    weasyprint = None

logger = structlog.get_logger(__name__)
STYLESHEET = settings.BASE_DIR / "static" / "css" / "pdf.css"
MISSING_LIBRARY = "服务器缺少生成 PDF 所需的系统库（Debian 软件包 libpango-1.0-0、libpangoft2-1.0-0、libharfbuzz-subset0、fonts-noto-cjk）。请改用“打印”，或请管理员安装。"


def pdf_available() -> bool:
    return weasyprint is not None


class RenditionFetcher(getattr(weasyprint, "URLFetcher", object)):
    """Lets a document reach the site's own pictures on disk and nothing else, on the network or in the file system."""

    def __init__(self):
        super().__init__(allowed_protocols={"file", "data"}, allow_redirects=False)
        self.root = (Path(settings.MEDIA_ROOT) / "images").resolve()

    def fetch(self, url, headers=None):
        if url.startswith("data:"):
            return super().fetch(url, headers)
        name = url.rpartition("/media/images/")[2]
        path = (self.root / name).resolve()
        if "/media/images/" not in url or self.root not in path.parents:
            raise ValueError("a document may only show the site's own pictures")
        return super().fetch(path.as_uri(), headers)


def render_pdf(page, *, address: str) -> bytes:
    """The PDF of `page` (a specific article); `address` is printed below the text. Raises RuntimeError where the library is missing."""
    if weasyprint is None:
        raise RuntimeError(MISSING_LIBRARY)
    html = render_to_string("learning/articles/pdf.html", {"page": page, "address": address})
    document = weasyprint.HTML(string=html, base_url="https://site.invalid/", url_fetcher=RenditionFetcher())
    return document.write_pdf(stylesheets=[weasyprint.CSS(filename=str(STYLESHEET))])


@require_safe
def article_pdf(request, page_id):
    article = get_object_or_404(ArticlePage.objects.visible_to(request.user), id=page_id)
    if not pdf_available():
        return render(request, "learning/articles/pdf_unavailable.html", {"page": article, "message": MISSING_LIBRARY}, status=503)
    version = f"{article.last_published_at:%Y%m%d%H%M%S%f}" if article.last_published_at else "0"
    name = f"pdf/{article.pk}-{version}.pdf"
    storage = storages["private"]
    if not storage.exists(name):
        try:
            storage.save(name, ContentFile(render_pdf(article.specific, address=article.full_url or request.build_absolute_uri())))
        except OSError:
            logger.exception("pdf_not_kept", page_id=article.pk)
            message = "磁盘空间不足或不可写，PDF 没有生成。请改用“打印”，并告知管理员。"
            return render(request, "learning/articles/pdf_unavailable.html", {"page": article, "message": message}, status=507)
    return FileResponse(storage.open(name), as_attachment=True, filename=f"{article.title[:100]}.pdf", content_type="application/pdf")
