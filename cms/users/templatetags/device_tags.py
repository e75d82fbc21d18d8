"""What a browser calls itself, in words a person recognises the own devices by."""

from django import template

register = template.Library()

# The first that occurs counts: most browsers also name the ones they descend from.
BROWSERS = (
    ("MicroMessenger", "微信"),
    ("wxwork", "企业微信"),
    ("DingTalk", "钉钉"),
    ("360SE", "360 浏览器"),
    ("QQBrowser", "QQ 浏览器"),
    ("UBrowser", "UC 浏览器"),
    ("Edg/", "Edge"),
    ("Firefox/", "火狐"),
    ("Chrome/", "Chrome 内核浏览器"),
    ("Safari/", "Safari"),
)
SYSTEMS = (
    ("HarmonyOS", "鸿蒙"),
    ("Android", "安卓手机"),
    ("iPhone", "苹果手机"),
    ("iPad", "苹果平板"),
    ("Windows", "Windows 电脑"),
    ("Mac OS X", "苹果电脑"),
    ("Linux", "Linux 电脑"),
)


@register.filter
def device(user_agent: str) -> str:
    """ "Windows 电脑，Edge"; "未知设备" where nothing is recognised."""
    known = [next((name for mark, name in names if mark in user_agent), "") for names in (SYSTEMS, BROWSERS)]
    return "，".join(filter(None, known)) or "未知设备"
