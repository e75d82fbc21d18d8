"""半年汇总 (R45) and 年终排名 (R44): a notice drafted from data, and the data it was drafted from, frozen."""

import datetime

from django.db import transaction
from wagtail.log_actions import log

from ...articles.notices import draft_notice
from ...periods import Period, PeriodKind, local_day
from ..bulletin_texts import BulletinError, bulletin_of
from ..choices import BulletinKind
from ..models import ContributionBulletin

PERIODS = {BulletinKind.HALF_YEAR: PeriodKind.HALF, BulletinKind.RANKING: PeriodKind.YEAR}


@transaction.atomic
def make_bulletin(*, kind: str, period: Period, by, now: datetime.datetime) -> ContributionBulletin:
    """The draft of a notice by `by`, which goes the way of every notice, and its record.

    Made again for the same period it is another draft with the numbers of its own day; what was made before stays. Raises BulletinError,
    NoticeDraftError.
    """
    kind = BulletinKind(kind)
    if period.kind != PERIODS[kind]:
        raise BulletinError(f"{kind.label}按{'半年' if kind == BulletinKind.HALF_YEAR else '年'}生成，请重新选择期间。")
    made = bulletin_of(kind, period, today=local_day(now))
    page = draft_notice(made.text, by=by)
    bulletin = ContributionBulletin.objects.create(
        kind=kind, period_first=period.first, page_id=page.pk, snapshot=made.snapshot, made_at=now, made_by=by
    )
    log(
        instance=bulletin,
        action="contributions.bulletin",
        user=by,
        data={"kind": kind.label, "period": period.label, "page": page.pk, "title": made.text.title},
    )
    return bulletin
