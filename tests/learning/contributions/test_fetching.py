"""No network: a socket that answers what a test says stands in the place of the connection."""

import io
import socket

import pytest
from django.conf import settings as django_settings

from learning.contributions import fetching
from learning.contributions.fetching import LinkError, fetch_text, text_of

PAGE = (
    "<html><head><title>读书会_样报网</title><script>x()</script></head><body><h1>读书会</h1><p>第一段。</p><p>第二段。</p></body></html>"
).encode()


class FakeSocket:
    def __init__(self, answer: bytes):
        self.answer, self.sent = answer, b""

    def sendall(self, data):
        self.sent += data

    def makefile(self, mode, *args):
        return io.BytesIO(self.answer)

    def settimeout(self, seconds):
        assert 0 < seconds <= fetching.SECONDS

    def close(self):
        pass


def answer(body=PAGE, *, status="200 OK", kind="text/html; charset=utf-8", extra=""):
    head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n{extra}\r\n"
    return head.encode() + body


@pytest.fixture
def web(monkeypatch):
    """`web.hosts` says the addresses of names, `web.answers` what comes back in turn; `web.asked` are the addresses connected to."""

    class Web:
        hosts = {"sample.example": ["93.184.215.14"]}
        answers = [answer()]
        asked = []
        sockets = []

    web = Web()
    web.asked, web.sockets = [], []

    def getaddrinfo(host, port, **facts):
        if host not in web.hosts:
            raise socket.gaierror("unknown")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in web.hosts[host]]

    def create_connection(address, timeout):
        web.asked.append(address)
        web.sockets.append(FakeSocket(web.answers[len(web.asked) - 1]))
        return web.sockets[-1]

    class Context:
        def wrap_socket(self, opened, server_hostname):
            opened.server_hostname = server_hostname
            return opened

    monkeypatch.setattr(fetching.socket, "getaddrinfo", getaddrinfo)
    monkeypatch.setattr(fetching.socket, "create_connection", create_connection)
    monkeypatch.setattr(fetching.ssl, "create_default_context", Context)
    return web


class TestIsOpen:
    def test_is_off_by_default(self):
        assert django_settings.CONTRIBUTIONS_FETCH_LINKS is False
        assert not fetching.is_open()


class TestFetchText:
    def test_reads_title_and_paragraphs_from_the_address_that_was_checked(self, web):
        assert fetch_text("https://sample.example/2026/03/05/读书.html?a=1") == "读书会_样报网\n读书会\n第一段。\n第二段。"
        assert web.asked == [("93.184.215.14", 443)]
        assert web.sockets[0].server_hostname == "sample.example"
        assert b"GET /2026/03/05/%E8%AF%BB%E4%B9%A6.html?a=1 HTTP/1.1\r\nHost: sample.example" in web.sockets[0].sent

    @pytest.mark.parametrize(
        "address",
        [
            "127.0.0.1", "10.1.2.3", "192.168.0.1", "172.16.0.1", "169.254.169.254", "0.0.0.0",  # noqa: S104
            "100.64.0.1", "224.0.0.1", "::1", "fe80::1",
            "fc00::1", "::ffff:10.0.0.1", "2002:0a00:0001::", "64:ff9b::a00:1", "2001:0:0a00:1::",
        ],
    )  # fmt: skip
    def test_goes_to_no_address_inside(self, web, address):
        web.hosts = {"sample.example": ["93.184.215.14", address]}
        with pytest.raises(LinkError, match="内部网络"):
            fetch_text("http://sample.example/")
        assert web.asked == []

    @pytest.mark.parametrize(
        "link",
        [
            "ftp://sample.example/",
            "file:///etc/passwd",
            "http://u:p@sample.example/",
            "http://sample.example:8080/",
            "http://[",
            "https://",
        ],
    )
    def test_takes_public_pages_of_the_web_only(self, web, link):
        with pytest.raises(LinkError):
            fetch_text(link)
        assert web.asked == []

    def test_looks_at_every_redirect_anew(self, web):
        web.hosts = {"sample.example": ["93.184.215.14"], "inside.example": ["10.0.0.1"]}
        web.answers = [answer(b"", status="302 Found", extra="Location: http://inside.example/\r\n")]
        with pytest.raises(LinkError, match="内部网络"):
            fetch_text("http://sample.example/")
        assert len(web.asked) == 1

    def test_follows_three_redirects_and_no_more(self, web):
        turned = answer(b"", status="301 Moved", extra="Location: /next\r\n")
        web.answers = [turned, turned, turned, answer()]
        assert fetch_text("http://sample.example/").startswith("读书会")
        web.answers, web.asked[:] = [turned] * 4, []
        with pytest.raises(LinkError, match="太多次"):
            fetch_text("http://sample.example/")
        assert len(web.asked) == 4

    def test_refuses_what_is_too_large_or_no_page_or_not_there(self, web):
        web.answers = [answer(b"a" * (fetching.MOST_BYTES + 1))]
        with pytest.raises(LinkError, match="太大"):
            fetch_text("http://sample.example/")
        for given, words in (
            (answer(kind="application/pdf"), "不是网页"),
            (answer(status="404 Not Found"), "404"),
            (b"nonsense", "没有打开"),
        ):
            web.answers, web.asked[:] = [given], []
            with pytest.raises(LinkError, match=words):
                fetch_text("http://sample.example/")

    def test_waits_five_seconds_for_all_of_it(self, web, monkeypatch):
        clock = iter([0.0, 1.0, 2.0, 6.0, 7.0])
        monkeypatch.setattr(fetching.time, "monotonic", lambda: next(clock))
        with pytest.raises(LinkError, match="太慢"):
            fetch_text("http://sample.example/")

    def test_says_when_there_is_no_such_site(self, web):
        with pytest.raises(LinkError, match="找不到"):
            fetch_text("http://nowhere.example/")


class TestTextOf:
    @pytest.mark.parametrize("charset", ["gb18030", "gb2312", "gbk", "utf-8", "nonsense"])
    def test_reads_chinese_whatever_the_page_calls_its_charset(self, charset):
        page = f'<html><head><meta charset="{charset}"><title>读书</title></head><body><p>甲</p></body></html>'
        data = page.encode("gb18030" if charset.startswith("gb") else "utf-8")
        assert text_of(data) == "读书\n甲"

    def test_reads_gb18030_that_says_nothing(self):
        assert text_of("<p>读书会在周二举行</p>".encode("gb18030"), "text/html") == "读书会在周二举行"

    def test_takes_the_article_where_there_is_one(self):
        assert text_of("<title>题</title><nav>导航</nav><div>旁边</div><article><p>正文<br>二行</p></article>".encode()) == "题\n正文\n二行"

    def test_keeps_what_can_be_pasted(self):
        assert len(text_of(("<p>" + "字" * 60_000 + "</p>").encode())) == fetching.MOST_TEXT
