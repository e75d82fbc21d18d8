"""The tables of the programme: rules → plan → sessions → attendance."""

from .attendance import Attendance, AttendanceCorrection, LeaveRequest, MakeUp
from .plans import AnnualPlan, PlanItem, RotaTurn
from .rules import CalendarDay, Caution, Requirement, StudyFormat
from .sessions import CalendarToken, Session, SessionFile, SessionLecturer, SessionMaterial, SessionMove

__all__ = [
    "AnnualPlan",
    "Attendance",
    "AttendanceCorrection",
    "CalendarDay",
    "CalendarToken",
    "Caution",
    "LeaveRequest",
    "MakeUp",
    "PlanItem",
    "Requirement",
    "RotaTurn",
    "Session",
    "SessionFile",
    "SessionLecturer",
    "SessionMaterial",
    "SessionMove",
    "StudyFormat",
]
