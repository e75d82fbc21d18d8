"""The order of a judging of research reports. It is total: no two share a place, so that exactly as many are the best as there are places."""

import datetime
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from ..judging.scoring import Tally

TIE_RULE = (
    "平均分高的在前。平均分相同的，依次比较第一项、第二项直至最后一项的平均分；仍相同的，提交报告早的在前；"
    "同日提交的，申报选题早的在前；同日申报的，随机编号小的在前。名次不并列，评出的篇数不多也不少。"
)

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Standing:
    """What the place of a report goes by."""

    tally: Tally
    handed_in_on: datetime.date
    declared_on: datetime.date
    number: int  # drawn by lot: no other of the judging has it


def in_order(standings: Mapping[Key, Standing]) -> list[Key]:
    """Those that have a vote that counts, the best first (`TIE_RULE`). Means are compared exactly, before they are rounded."""

    def place(key: Key):
        one = standings[key]
        return (-one.tally.mean, *(-mean for mean in one.tally.line_means)), one.handed_in_on, one.declared_on, one.number

    return sorted((key for key, one in standings.items() if one.tally.counted), key=place)
