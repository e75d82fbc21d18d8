"""The text behind a link, where the setting CONTRIBUTIONS_FETCH_LINKS allows it (off by default: the site works without a network).

A link is somebody else's word: http and https only, on their own ports; the name is resolved once, every address must be a public one, and
the connection goes to the address that was looked at, so that a name that answers differently the second time (DNS rebinding) reaches
nothing inside. At most `MOST_REDIRECTS` redirects, each looked at anew; `SECONDS` for all of it; `MOST_BYTES`; text/html only.
"""

import codecs
import http.client
import ipaddress
import re
import socket
import ssl
import time
from urllib.parse import SplitResult, urljoin, urlsplit, urlunsplit

from bs4 import BeautifulSoup
from django.conf import settings

SECONDS = 5
MOST_BYTES = 2_000_000
MOST_REDIRECTS = 3
MOST_TEXT = 40_000  # characters: what is pasted has its limit, too
NAT64 = ipaddress.ip_network("64:ff9b::/96")  # an address of the old kind inside one of the new
PORTS = {"http": 80, "https": 443}
REDIRECTS = {301, 302, 303, 307, 308}
CHARSET = re.compile(r"charset\s{0,3}=\s{0,3}[\"']?([a-z0-9_-]{2,20})", re.IGNORECASE)
SAME_AS_GB18030 = {"gb2312", "gbk", "gb_2312-80", "x-gbk", "gb18030"}
DROPPED = ["script", "style", "noscript", "template", "iframe", "svg", "nav", "header", "footer", "form", "button", "select"]
BLOCKS = ["p", "h1", "h2", "h3", "h4", "li", "br", "div", "section", "td", "tr", "blockquote"]
HEADERS = {"Accept": "text/html", "Accept-Encoding": "identity", "User-Agent": "learning-organ (link reader)", "Connection": "close"}


class LinkError(Exception):
    """Nothing was read; the message is Chinese and says what to do."""


def is_open() -> bool:
    return settings.CONTRIBUTIONS_FETCH_LINKS


def fetch_text(link: str) -> str:
    """The title and the text of the page, a line a paragraph. Raises LinkError."""
    until = time.monotonic() + SECONDS
    for _turn in range(MOST_REDIRECTS + 1):
        answer, data = _asked(link, until)
        if answer.status in REDIRECTS and (target := answer.headers.get("Location")):
            link = _joined(link, target)
            continue
        if answer.status != 200:
            raise LinkError(f"网页没有打开（对方回答 {answer.status}）。请打开网页，把文字粘贴进来。")
        kind = answer.headers.get("Content-Type", "")
        if kind.split(";")[0].strip().lower() != "text/html":
            raise LinkError("这个网址不是网页，没有读取。请把标题和文字粘贴进来。")
        return text_of(data, kind)
    raise LinkError("这个网址转了太多次，没有读取。请打开网页，把文字粘贴进来。")


def text_of(data: bytes, kind: str = "") -> str:
    """The readable text of a page: its title, then a line a paragraph. `kind` is its Content-Type."""
    soup = BeautifulSoup(_decoded(data, kind), "html.parser")
    title = soup.title.get_text(" ", strip=True) if soup.title else ""
    for tag in soup(DROPPED):
        tag.decompose()
    for tag in soup(BLOCKS):
        tag.insert_before("\n")
        tag.append("\n")
    body = soup.find("article") or soup.body or soup
    if body.find("title"):
        body.find("title").decompose()
    lines = [" ".join(line.split()) for line in body.get_text().split("\n")]
    return "\n".join(filter(None, [title, *lines]))[:MOST_TEXT]


def _decoded(data: bytes, kind: str) -> str:
    """By the header, the page's own word, UTF-8, GB18030: the first that fits."""
    said = [found.group(1) for text in (kind, data[:2048].decode("latin-1")) if (found := CHARSET.search(text))]
    for name in [*said, "utf-8", "gb18030"]:
        name = "gb18030" if name.lower() in SAME_AS_GB18030 else name
        try:
            return data.decode(codecs.lookup(name).name)
        except (LookupError, UnicodeDecodeError):
            continue
    return data.decode("utf-8", "replace")


def _joined(link: str, target: str) -> str:
    try:
        return urljoin(link, target)
    except ValueError as error:
        raise LinkError("网页转到了一个不完整的网址，没有读取。请把文字粘贴进来。") from error


def _checked(link: str) -> SplitResult:
    try:
        parts = urlsplit(link)
        port = parts.port
    except ValueError as error:
        raise LinkError("网址不完整，没有读取。") from error
    if parts.scheme not in PORTS or not parts.hostname or "@" in parts.netloc or port not in (None, PORTS[parts.scheme]):
        raise LinkError("只读取 http:// 和 https:// 的公开网页，这个网址没有读取。请把文字粘贴进来。")
    return parts


def _ascii_host(host: str) -> str:
    try:
        return host if host.isascii() else host.encode("idna").decode()
    except UnicodeError as error:
        raise LinkError("网址不完整，没有读取。") from error


def _public_address(host: str, port: int) -> str:
    """The first address of `host`, where all of them are public. Raises LinkError."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise LinkError("找不到这个网站，没有读取。请核对网址，或把文字粘贴进来。") from error
    addresses = [row[4][0] for row in found]
    if not addresses or not all(map(_is_public, addresses)):
        raise LinkError("这个网址在内部网络里，没有读取。请把文字粘贴进来。")
    return addresses[0]


def _is_public(address: str) -> bool:
    try:
        known = ipaddress.ip_address(address.split("%")[0])
    except ValueError:
        return False
    inner = getattr(known, "ipv4_mapped", None) or getattr(known, "sixtofour", None)
    tunnelled = getattr(known, "teredo", None) or (known.version == 6 and known in NAT64)
    return known.is_global and not known.is_multicast and not tunnelled and (inner is None or inner.is_global)


def _asked(link: str, until: float) -> tuple[http.client.HTTPResponse, bytes]:
    parts = _checked(link)
    port = PORTS[parts.scheme]
    host = _ascii_host(parts.hostname)
    address = _public_address(host, port)
    connection = http.client.HTTPConnection(host, port, timeout=_left(until))
    try:
        # The address that was looked at, whatever the name says now; the certificate is the name's all the same.
        opened = socket.create_connection((address, port), timeout=_left(until))
        connection.sock = ssl.create_default_context().wrap_socket(opened, server_hostname=host) if parts.scheme == "https" else opened
        path = urlunsplit(("", "", parts.path or "/", parts.query, ""))
        connection.request("GET", _quoted(path), headers=HEADERS)
        answer = connection.getresponse()
        return answer, b"" if answer.status in REDIRECTS else _read(answer, connection.sock or opened, until)
    except LinkError:
        raise
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise LinkError("网页没有打开，或回答得太慢。请打开网页，把文字粘贴进来。") from error
    finally:
        connection.close()


def _quoted(path: str) -> str:
    return "".join(one if one.isascii() else "".join(f"%{byte:02X}" for byte in one.encode()) for one in path)


def _read(answer, opened, until: float) -> bytes:
    """Piece by piece: a server that sends a byte a second is not waited for. Raises LinkError."""
    data = bytearray()
    while len(data) <= MOST_BYTES:
        opened.settimeout(_left(until))
        piece = answer.read1(65_536)
        if not piece:
            return bytes(data)
        data += piece
    raise LinkError("网页太大，没有读取。请把标题和文字粘贴进来。")


def _left(until: float) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise LinkError("网页回答得太慢，没有读取。请打开网页，把文字粘贴进来。")
    return left
