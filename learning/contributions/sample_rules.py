"""Plausible rules to begin with, marked as a sample in every text: nothing in the notice says what a piece is worth (A5)."""

from decimal import Decimal

from .choices import CapPer, Dedupe, Effect, EventKind, Level, Position, QuotaCounts, QuotaPer, Share

NAME = "示例计分规则"
BASIS = "示例：请改为本单位文件的名称、文号和条款"
NOTE = "示例：分值只为说明怎么写，不是本单位的规定。请按本单位的文件改好，取消“示例”，试算以后再启用。"

FACTS = {
    "dedupe": Dedupe.HIGHEST,
    "department_share": Share.EQUAL,
    "person_share": Share.EQUAL,
    "order_weights": "",
    "person_cap": None,
    "person_cap_per": CapPer.YEAR,
    "department_cap": None,
    "department_cap_per": CapPer.YEAR,
}

LINES = (
    {"name": "示例：国家级头版头条", "value": Decimal(30), "level": Level.NATIONAL, "position": Position.HEADLINE},
    {"name": "示例：国家级媒体", "value": Decimal(20), "level": Level.NATIONAL},
    {"name": "示例：省级媒体", "value": Decimal(10), "level": Level.PROVINCE},
    {"name": "示例：市级媒体", "value": Decimal(5), "level": Level.CITY},
    {"name": "示例：县区级媒体", "value": Decimal(2), "level": Level.COUNTY},
    {"name": "示例：内部简报", "value": Decimal(1), "level": Level.INTERNAL},
    {"name": "示例：头版加分", "value": Decimal(2), "effect": Effect.BONUS, "position": Position.FRONT_PAGE},
    {"name": "示例：转载减半", "value": Decimal("0.5"), "effect": Effect.MULTIPLIER, "originality": "reprint"},
    {"name": "示例：省级领导批示", "value": Decimal(15), "event": EventKind.ENDORSEMENT, "level": Level.PROVINCE},
    {"name": "示例：市级领导批示", "value": Decimal(8), "event": EventKind.ENDORSEMENT, "level": Level.CITY},
    {"name": "示例：约稿完成", "value": Decimal(2), "event": EventKind.COMMISSION},
    {"name": "示例：信息专报", "value": Decimal(3), "event": EventKind.SPECIAL_REPORT},
)

QUOTA = {
    "name": "示例：每月报送",
    "per": QuotaPer.MONTH,
    "counts": QuotaCounts.SUBMITTED,
    "pieces": 1,
    "base": Decimal(2),
    "deduction": Decimal(2),
    "department_kinds": ["section"],
}
