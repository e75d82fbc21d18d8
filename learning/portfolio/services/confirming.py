"""The head confirms a file, or takes that back before the year is locked."""

import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from wagtail.log_actions import log

from ...organisation.models import StaffMember
from ...periods import local_day
from ...programme.services.locking import locked
from ..files import FileView, ensure_file, file_of
from ..models import FiveHavesFile
from ..rights import FileRights
from .telling_of_files import tell_owner

NAME = FiveHavesFile._meta.get_field("confirmed_by_name").max_length
LONGEST_NOTE = FiveHavesFile._meta.get_field("confirm_note").max_length


class ConfirmError(ValidationError):
    """It cannot be confirmed or taken back like that; the message is Chinese and says what to do."""


def held_file(staff: StaffMember, year: int, now: datetime.datetime) -> FileView:
    """The file as it stands once its row is ours. In a transaction."""
    locked(FiveHavesFile.objects.all(), ensure_file(staff, year).pk, no_key=True)
    view = file_of(staff, year, local_day(now))
    view.file.staff = staff
    return view


def _check_may(view: FileView, staff: StaffMember, rights: FileRights) -> None:
    if rights.is_own(staff.pk):
        raise ConfirmError("自己的档案不能自己确认，请上级负责人或机关党委确认。")
    if view.place is None or not rights.may_confirm(staff.pk, view.department_id):
        raise ConfirmError("这份档案由当时所在科室（单位）的负责人或机关党委确认。")
    if view.is_frozen:
        raise ConfirmError("档案已经锁定，确认不能再改。确有错误的，请机关党委写明原因重开。")


@transaction.atomic
def confirm_file(*, staff: StaffMember, year: int, seen: str, note: str = "", rights: FileRights, now: datetime.datetime) -> FiveHavesFile:
    """`seen`: the digest of what was shown (`FileView.to_confirm`); what changed meanwhile is looked at again first. Confirmed twice, the
    second time does nothing; after a change it is confirmed anew. Tells the person. Raises ConfirmError."""
    view = held_file(staff, year, now)
    _check_may(view, staff, rights)
    note = _words(note, "note")
    if view.to_confirm != seen:
        raise ConfirmError("您打开这一页之后，档案有了变化，没有确认。请再看一遍，然后确认。")
    file = view.file
    if view.is_confirmed and not view.is_changed:
        return file
    file.confirmed_at, file.confirmed_by, file.confirmed_by_name = now, rights.user, rights.user.get_full_name()[:NAME]
    file.confirm_note, file.confirmed_sha256 = note, seen
    file.save(update_fields=["confirmed_at", "confirmed_by", "confirmed_by_name", "confirm_note", "confirmed_sha256"])
    log(instance=file, action="portfolio.confirm", user=rights.user, data={"sha256": seen})
    tell_owner(file, f"您的{year}年五有档案已确认", f"{file.confirmed_by_name}确认。{note}", key=f"confirmed:{now.isoformat()}", now=now)
    return file


@transaction.atomic
def take_back_confirmation(*, staff: StaffMember, year: int, reason: str, rights: FileRights, now: datetime.datetime) -> FiveHavesFile:
    """Before the year is locked. Tells the person why. Raises ConfirmError."""
    view = held_file(staff, year, now)
    _check_may(view, staff, rights)
    reason = _words(reason, "reason")
    if not reason:
        raise ConfirmError({"reason": "请写明撤销的原因，本人看得到。"})
    file = view.file
    if not view.is_confirmed:
        raise ConfirmError("这份档案没有确认，不用撤销。")
    clear_confirmation(file)
    log(instance=file, action="portfolio.confirm", user=rights.user, data={"taken_back": reason})
    said = f"{rights.user.get_full_name()}撤销了确认。原因：{reason}"
    tell_owner(file, f"您的{year}年五有档案撤销了确认", said, key=f"unconfirmed:{now.isoformat()}", now=now)
    return file


def clear_confirmation(file: FiveHavesFile) -> None:
    file.confirmed_at = file.confirmed_by = None
    file.confirmed_by_name = file.confirm_note = file.confirmed_sha256 = ""
    file.save(update_fields=["confirmed_at", "confirmed_by", "confirmed_by_name", "confirm_note", "confirmed_sha256"])


def _words(text: str, field: str) -> str:
    text = text.strip()
    if len(text) > LONGEST_NOTE:
        raise ConfirmError({field: f"最多 {LONGEST_NOTE} 个字，现在有 {len(text)} 个。请缩短。"})
    if "\x00" in text:
        raise ConfirmError({field: "含有不能保存的字符，请删去。"})
    return text
