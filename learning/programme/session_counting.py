"""「这条算进了」 of a session: what holding it has met, and what being there counts for."""

from .choices import SessionState
from .counting_in import CountedLine, counts_toward
from .facts import KINDS
from .models import Session
from .rights import Rights

SESSION_KINDS = tuple(kind.key for kind in KINDS if kind.by_format)


def counted_lines(session: Session, rights: Rights) -> list[CountedLine]:
    return counts_toward(SESSION_KINDS, session.pk, rights=rights, why_not=_why_not(session))


def _why_not(session: Session) -> str:
    if session.state == SessionState.CANCELLED:
        return "活动已取消，哪里都不算。"
    if not session.is_held:
        return "活动还没有举行。点名完成以后，下面的要求、到会人员的档案和科室看板自动算上，不用再填。"
    return "没有形式载体，也没有人到会，哪里都不算。"
