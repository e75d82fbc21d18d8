"""The volume as a PDF, and on which page each line of its contents stands."""

import functools
import threading

from django.conf import settings
from django.template.loader import render_to_string

from ...articles.pdf import RenditionFetcher, weasyprint
from .volume import Volume

STYLESHEET = settings.BASE_DIR / "static" / "css" / "file_package.css"
_one_at_a_time = threading.Lock()


@functools.cache
def _fonts_and_styles():
    """Made once a process: finding the fonts takes longer than setting a page."""
    fonts = weasyprint.text.fonts.FontConfiguration()
    return fonts, weasyprint.CSS(filename=str(STYLESHEET), font_config=fonts)


def render_volume(volume: Volume) -> tuple[bytes, dict[str, int]] | None:
    """The PDF and the page of every anchor; None where the library is missing. One at a time in a process: setting pages keeps the
    interpreter busy anyway, and what is known of the fonts is shared."""
    if weasyprint is None:
        return None
    html = render_to_string("learning/portfolio/package.html", {"volume": volume})
    with _one_at_a_time:
        fonts, styles = _fonts_and_styles()
        source = weasyprint.HTML(string=html, base_url="https://site.invalid/", url_fetcher=RenditionFetcher())
        document = source.render(stylesheets=[styles], font_config=fonts)
        pages = {anchor: number for number, page in enumerate(document.pages, start=1) for anchor in page.anchors}
        return document.write_pdf(), pages
