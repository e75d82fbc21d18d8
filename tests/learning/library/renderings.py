"""The notice of the sample site in the three kinds of file it may come in."""

import functools
import html
import io

import docx

from home.sample.loading import NOTICE

TITLE = "关于印发《许昌市教育局学习型机关建设实施方案》的通知"
PLAN = "许昌市教育局学习型机关建设实施方案"
SECTIONS = ["一、指导思想", "二、目标任务", "三、学习内容", "四、形式载体", "五、活动要求"]
AREAS = ["(一)政治理论", "(二)政策法规", "(三)社会主义核心价值体系", "(四)业务知识", "(五)科学文化"]
CARRIERS = [
    "(一)政治理论学习(每周二下午)",
    "(二)专家辅导讲座(每半年集中1次)",
    "(三)业务知识培训(每季度1次)",
    "(四)廉政警示教育(每季度1次)",
    "(五)文明实践活动(每季度1次)",
    "(六)读书学习交流(每季度1次)",
    "(七)开展网络学习(每月汇总1次,每半年评比1次)",
    "(八)工作成效展示(每半年汇总1次,年终评选表彰)",
]
OUTLINE = [
    *[("h2", heading) for heading in SECTIONS[:3]],
    *[("h3", heading) for heading in AREAS],
    ("h2", SECTIONS[3]),
    *[("h3", heading) for heading in CARRIERS],
    ("h2", SECTIONS[4]),
]


def notice_text() -> str:
    return NOTICE.read_text(encoding="utf-8")


def lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def as_txt(text: str) -> bytes:
    return text.encode()


def as_html(text: str) -> bytes:
    """As the portals of those years wrote a page: one table around everything, <font>, <br>, GB2312."""
    where, title, meta, *body = lines(text)
    paragraphs = "<br>\r\n".join(f"&nbsp;&nbsp;&nbsp;&nbsp;<font size=3>{html.escape(line)}</font>" for line in body)
    where = html.escape(where).replace("首页", '<a href="/">首页</a>').replace("两学一做", '<a href="/lxyz/">两学一做</a>')
    page = f"""<html><head><meta http-equiv="Content-Type" content="text/html; charset=gb2312"><title>{title}-许昌教育</title>
        <style>td {{ font-size: 12px }}</style><script>document.write("阅读")</script></head>
        <body bgcolor=#ffffff><table width=1000 align=center><tr><td>{where}</td></tr>
        <tr><td align=center><h1><font color=red>{title}</font></h1></td></tr>
        <tr><td align=center>{meta}</td></tr>
        <tr><td><div id=zoom>{paragraphs}</div></td></tr></table></body></html>"""
    return page.encode("gb18030")


@functools.cache
def as_docx(text: str) -> bytes:
    """Copied into Word: the title in a heading's style, the numbers of the sections in bold."""
    where, title, *body = lines(text)
    document = docx.Document()
    document.add_paragraph(where)
    document.add_heading(title, level=1)
    for line in body:
        paragraph = document.add_paragraph()
        head, stop, rest = line.partition("。") if line.startswith("(") else (line, "", "")
        paragraph.add_run(head + stop).bold = line.startswith("(")
        paragraph.add_run(rest)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


RENDERINGS = {"通知.txt": as_txt, "通知.html": as_html, "通知.docx": as_docx}
