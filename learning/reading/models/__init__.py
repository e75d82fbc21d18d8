"""Books and lists, the reading log, reflections with their review, exhibitions with their judging, stars, interest groups, notes."""

from .books import Book, ListedBook, MonthlyList, ReadingEntry
from .exhibitions import Ballot, BallotLine, Entry, Judge, Judging, RubricLine
from .groups import GroupMembership, InterestGroup
from .likeness import ComparedText, Fingerprint
from .notes import StudyNote
from .reflections import PassageComment, Reflection, ReflectionCopy, ReflectionFile, ReflectionTask, ReviewRound
from .settings import ReadingSettings
from .stars import ReadingStar, StarSelection

from .pages import ExhibitionPage, ReadingReviewPage, ReadingRoomPage  # isort: skip (last: they ask the tables above)

__all__ = [
    "Ballot",
    "BallotLine",
    "Book",
    "ComparedText",
    "Entry",
    "ExhibitionPage",
    "Fingerprint",
    "GroupMembership",
    "InterestGroup",
    "Judge",
    "Judging",
    "ListedBook",
    "MonthlyList",
    "PassageComment",
    "ReadingEntry",
    "ReadingReviewPage",
    "ReadingRoomPage",
    "ReadingSettings",
    "ReadingStar",
    "Reflection",
    "ReflectionCopy",
    "ReflectionFile",
    "ReflectionTask",
    "ReviewRound",
    "RubricLine",
    "StarSelection",
    "StudyNote",
]
