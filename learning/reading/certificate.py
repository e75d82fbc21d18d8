"""The certificate of a reading star as a PDF: one sheet of A4 across, to be printed and signed. Made when it is asked for."""

from django.conf import settings
from django.template.loader import render_to_string

from ..articles.pdf import MISSING_LIBRARY, RenditionFetcher, weasyprint
from ..periods import local_day
from .candidates import quarter_of
from .models import ReadingStar

STYLESHEET = settings.BASE_DIR / "static" / "css" / "certificate.css"
DIGITS = "〇一二三四五六七八九"


def chinese_date(day) -> str:
    """As documents write it: 二〇二六年十二月三十一日."""
    year = "".join(DIGITS[int(digit)] for digit in str(day.year))
    return f"{year}年{_number(day.month)}月{_number(day.day)}日"


def _number(value: int) -> str:
    """Of a month or a day."""
    tens, ones = divmod(value, 10)
    return ("" if not tens else "十" if tens == 1 else f"{DIGITS[tens]}十") + (DIGITS[ones] if ones else "")


def render_certificate(star: ReadingStar, *, bureau: str) -> bytes:
    """`bureau` is whose certificate it is, as it is to be printed. Raises RuntimeError where the library is missing."""
    if weasyprint is None:
        raise RuntimeError(MISSING_LIBRARY)
    decided = local_day(star.selection.decided_at)
    context = {"star": star, "quarter": quarter_of(star.selection), "bureau": bureau, "decided": chinese_date(decided)}
    html = render_to_string("learning/reading/certificate.html", context)
    document = weasyprint.HTML(string=html, base_url="https://site.invalid/", url_fetcher=RenditionFetcher())
    return document.write_pdf(stylesheets=[weasyprint.CSS(filename=str(STYLESHEET))])
