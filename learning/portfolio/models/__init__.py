"""What only people can add to a file: plan, statement, application, achievement; confirmation and locks; review, inspection, archives."""

from .archives import ArchivePart, RestoredFile, YearArchive
from .entries import Achievement, Application
from .files import DepartmentStatement, FileLock, FileLook, FiveHavesFile, StudyPlan, StudyStatement
from .inspections import Finding, InspectedFile, Inspection, InspectionLine
from .reviews import ReviewPoints, ReviewRubricLine, ReviewYear, StudyReview

__all__ = [
    "Achievement",
    "Application",
    "ArchivePart",
    "DepartmentStatement",
    "FileLock",
    "FileLook",
    "Finding",
    "FiveHavesFile",
    "InspectedFile",
    "Inspection",
    "InspectionLine",
    "RestoredFile",
    "ReviewPoints",
    "ReviewRubricLine",
    "ReviewYear",
    "StudyPlan",
    "StudyReview",
    "StudyStatement",
    "YearArchive",
]
