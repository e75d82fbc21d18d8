"""The link in what was pasted, where it may be kept. Pure."""

import re
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

LONGEST_LINK = 500
LINK = re.compile(r"https?://[^\s<>\"'，。；、！？（）《》【】“”「」]{1,2000}", re.IGNORECASE)
BARE_LINK = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){1,6}[a-z]{2,12}(?:/[!-~]{0,500})?", re.IGNORECASE)
OTHER_SCHEME = re.compile(r"\s{0,20}(javascript|vbscript|data|file|ftp|blob|about)\s{0,20}[:：]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Taken:
    """`lines` are what was pasted without links; `problems` say in Chinese why a link was left out."""

    url: str
    lines: list[str]
    problems: list[str]


def take_link(pasted: str) -> Taken:
    """The first link that may be kept."""
    lines, links, problems = [], [], []
    for line in pasted.split("\n"):
        if refused := OTHER_SCHEME.match(line):
            problems.append(f"“{refused.group(1)}:” 开头的网址不能登记。请粘贴 http:// 或 https:// 开头的网址。")
            continue
        found = LINK.findall(line)
        rest = LINK.sub(" ", line) if found else line
        if not found and BARE_LINK.fullmatch(line.strip()) and ("/" in line or line.strip().lower().startswith("www.")):
            found, rest = [f"http://{line.strip()}"], ""
        links += found
        lines.append(rest)
    for link in links:
        link = link.rstrip(".,;:)]}")
        if not (problem := _problem(link)):
            return Taken(link, lines, problems)
        if problem not in problems:
            problems.append(problem)
    return Taken("", lines, problems)


def host_of(link: str) -> str:
    parts = _split(link)
    return (parts.hostname or "") if parts else ""


def _problem(link: str) -> str:
    parts = _split(link)
    if parts is None or not parts.hostname:
        return "网址不完整，没有带出。请核对后重新粘贴。"
    if "@" in parts.netloc:
        return "网址里带有用户名或密码，没有带出。请去掉“@”及它前面的部分再粘贴。"
    if len(link) > LONGEST_LINK:
        return f"网址超过 {LONGEST_LINK} 个字符，没有带出。请去掉“?”后面的参数再粘贴。"
    return ""


def _split(link: str) -> SplitResult | None:
    try:
        parts = urlsplit(link)
        _port = parts.port  # raises where it is none
    except ValueError:
        return None
    return parts
