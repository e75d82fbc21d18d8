"""The volume as a PDF, and on which page each line of its contents stands."""

import threading

from django.conf import settings
from django.template.loader import render_to_string

from ...articles.pdf import RenditionFetcher, weasyprint
from .volume import Volume

STYLESHEET = settings.BASE_DIR / "static" / "css" / "file_package.css"
_kept = threading.local()


def _fonts_and_styles():
    """Made once a thread: finding the fonts takes longer than setting a page."""
    if not hasattr(_kept, "fonts"):
        _kept.fonts = weasyprint.text.fonts.FontConfiguration()
        _kept.styles = weasyprint.CSS(filename=str(STYLESHEET), font_config=_kept.fonts)
    return _kept.fonts, _kept.styles


def render_volume(volume: Volume) -> tuple[bytes, dict[str, int]] | None:
    """The PDF and the page of every anchor; None where the library is missing."""
    if weasyprint is None:
        return None
    fonts, styles = _fonts_and_styles()
    html = render_to_string("learning/portfolio/package.html", {"volume": volume})
    source = weasyprint.HTML(string=html, base_url="https://site.invalid/", url_fetcher=RenditionFetcher())
    document = source.render(stylesheets=[styles], font_config=fonts)
    pages = {anchor: number for number, page in enumerate(document.pages, start=1) for anchor in page.anchors}
    return document.write_pdf(), pages
