"""What an archive keeps of a session somebody attended: as it stands to that person, nobody else's name from its roll."""

from collections.abc import Collection

from django.db.models import Prefetch

from ..evidence import Detail, detail_of, paragraphs_of
from ..periods import SHANGHAI
from .choices import MakeUpState
from .models import Attendance, MakeUp, Session


def attendance_details(staff_id: int, session_ids: Collection[int]) -> dict[int, Detail]:
    """Of the sessions on whose roll `staff_id` stands. Three statements; its photographs and sheets show others and stay where they are."""
    made_up = MakeUp.objects.filter(staff=staff_id, state=MakeUpState.ACCEPTED)
    rows = (
        Attendance.objects.filter(staff=staff_id, session__in=session_ids)
        .select_related("session__branch", "session__department")
        .prefetch_related("session__lecturers", Prefetch("session__make_ups", made_up, to_attr="own_make_ups"))
    )
    return {row.session_id: _detail(row) for row in rows}


def _detail(row: Attendance) -> Detail:
    session = row.session
    facts = [
        ("名称", session.title),
        ("类型", session.get_kind_display()),
        ("组织者", session.organiser_name),
        ("时间", _time_of(session)),
        ("地点", session.place),
        ("主讲人", "、".join(f"{one.name}（{one.post}）" if one.post else one.name for one in session.lecturers.all())),
        ("学时", f"{session.study_hours.normalize():f}" if session.study_hours else ""),
        ("到会情况", row.status_label),
    ]
    paragraphs = [*_under("要点", session.points)]
    for one in session.own_make_ups:
        facts.append(("补学提交", f"{one.submitted_at.astimezone(SHANGHAI):%Y-%m-%d}" if one.submitted_at else ""))
        paragraphs += _under("补学体会", paragraphs_of(one.note))
    return detail_of(facts, paragraphs)


def _time_of(session: Session) -> str:
    starts_at, ends_at = session.starts_at.astimezone(SHANGHAI), session.ends_at.astimezone(SHANGHAI)
    end = f"{ends_at:%H:%M}" if starts_at.date() == ends_at.date() else f"{ends_at:%Y-%m-%d %H:%M}"
    return f"{starts_at:%Y-%m-%d %H:%M}—{end}"


def _under(heading: str, lines: Collection[str]) -> list[str]:
    return [f"{heading}：", *lines] if lines else []
