"""Robots of chat groups. Three kinds, each with its own class of apprise, which knows the one server it calls.

Never `Apprise.instantiate`: it takes a hundred kinds of address, some of which lead anywhere (json://, file://).
"""

import re
from dataclasses import dataclass

from apprise.exception import AppriseImproperlyConfigured
from apprise.plugins.base import NotifyBase
from apprise.plugins.dingtalk import NotifyDingTalk
from apprise.plugins.feishu import NotifyFeishu
from apprise.plugins.wecombot import NotifyWeComBot

MASK = "••••••"


@dataclass(frozen=True)
class Robot:
    """`pattern` leaves no room for a `?`: behind it apprise takes options, one of which switches the check of certificates off."""

    example: str
    pattern: str
    service: type[NotifyBase]


ROBOTS = {
    "wecom": Robot("wecombot://密钥", r"wecombot://[\w-]+/?", NotifyWeComBot),
    "dingtalk": Robot("dingtalk://令牌 或 dingtalk://加签密钥@令牌", r"dingtalk://([a-z\d]+@)?[a-z\d]+/?", NotifyDingTalk),
    "feishu": Robot("feishu://令牌", r"feishu://[\w-]+/?", NotifyFeishu),
}


class AddressRefusedError(Exception):
    """Not an address of a robot of this kind; the message is Chinese and says how one looks."""


class NotPostedError(Exception):
    """The robot's server did not take it, or is not to be reached; apprise logs which. The message is Chinese."""


def robot_at(*, kind: str, address: str) -> NotifyBase:
    """What posts to the group behind `address`. Raises AddressRefusedError."""
    robot = ROBOTS[kind]
    try:
        if not re.fullmatch(robot.pattern, address, re.ASCII | re.IGNORECASE):
            raise AddressRefusedError
        return robot.service(**robot.service.parse_url(address), redirect="no")
    except (AddressRefusedError, AppriseImproperlyConfigured):  # apprise's own message repeats the key
        raise AddressRefusedError(f"地址不对。这种机器人的地址写作 {robot.example}，不带网址和参数；其他地址一律不接受。") from None


def post(*, kind: str, address: str, text: str) -> None:
    """Raises AddressRefusedError and NotPostedError."""
    if not robot_at(kind=kind, address=address).notify(body=text):
        raise NotPostedError("机器人没有收下：请核对地址，并确认服务器能连到外网。")


def masked(address: str) -> str:
    """Enough to tell two robots apart, too little to post with."""
    scheme, _separator, key = address.partition("://")
    return f"{scheme}://{MASK}{key.rstrip('/')[-3:]}" if key else ""
