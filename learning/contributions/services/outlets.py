"""媒体: kept with all the names it is recognised by and with its grades, each from a day on.

A grade never changes placements that are there: they hold the level of their own day.
"""

import unicodedata
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from wagtail.log_actions import log

from ..dictionary import is_domain, plain_name
from ..models import Outlet, OutletName

SHORTEST = 2
LONGEST = OutletName._meta.get_field("text").max_length


class OutletError(ValidationError):
    """The outlet cannot be kept like that; the message is Chinese and says what to do."""


def normal_alias(text: str) -> str:
    """Another name as it is kept: NFKC, single blanks; of an address its host alone, without www."""
    text = " ".join(unicodedata.normalize("NFKC", text.replace("\x00", "")).split())
    try:
        host = urlsplit(text if "://" in text else f"//{text}").hostname or ""
    except ValueError:
        host = ""
    host = host.removeprefix("www.")
    return host if is_domain(host) else text


@transaction.atomic
def save_outlet(*, outlet: Outlet, by) -> Outlet:
    """Keep an outlet that was made or changed, with its names and grades as they stand on it. Raises ValidationError."""
    is_new = outlet._state.adding
    outlet.name = " ".join(outlet.name.replace("\x00", "").split())
    grades = list(outlet.grades.all())
    if not grades:
        raise OutletError("请至少填一个级别和它的起始日期：采用的级别从这里来。")
    days = [grade.since for grade in grades]
    if len(set(days)) < len(days):
        raise OutletError("同一天有两个级别。每个起始日期只填一个级别。")
    outlet.names = _names(outlet)
    _check_free(outlet)
    outlet.full_clean()
    try:
        with transaction.atomic():
            outlet.save()
    except IntegrityError as error:  # somebody else has just given another outlet one of the names
        raise OutletError("有一个名称或别名刚被另一家媒体用了，没有保存。请核对后再存。") from error
    log(instance=outlet, action="contributions.save_outlet", user=by, data={"is_new": is_new})
    return outlet


def _names(outlet: Outlet) -> list[OutletName]:
    """Each once, and none that is the outlet's own name."""
    found = {plain_name(outlet.name): None}
    for name in outlet.names.all():
        name.text = normal_alias(name.text)
        if len(name.text) < SHORTEST:
            raise OutletError(f"别名“{name.text}”太短，至少 {SHORTEST} 个字：一个字在哪里都认得出。")
        if len(name.text) > LONGEST:
            raise OutletError(f"别名最多 {LONGEST} 个字：“{name.text[:20]}……”太长。")
        found.setdefault(plain_name(name.text), name)
    return [name for name in found.values() if name is not None]


def _check_free(outlet: Outlet) -> None:
    """A clipping is recognised by a name, so each belongs to one outlet, whether as its name or its alias."""
    own = {plain_name(outlet.name): outlet.name} | {plain_name(name.text): name.text for name in outlet.names.all()}
    others = [(name, name) for name in Outlet.objects.exclude(pk=outlet.pk).values_list("name", flat=True)]
    others += OutletName.objects.exclude(outlet=outlet.pk).values_list("text", "outlet__name")
    for text, whose in others:
        if plain_name(text) in own:
            raise OutletError(f"“{own[plain_name(text)]}”已是“{whose}”的名称或别名。一个名称只能属于一家媒体，请从其中一家去掉。")


def why_kept(outlet: Outlet) -> str:
    """Why it cannot be deleted; empty where nothing names it."""
    used = [
        words
        for rows, words in ((outlet.placements, "采用"), (outlet.dispatches, "投稿"), (outlet.scoring_rules, "计分规则"))
        if rows.exists()
    ]
    if not used:
        return ""
    return f"“{outlet}”已有{'、'.join(used)}，不能删除，什么都没有改动。停办的请填停办日期：以前的采用仍归它。"
