"""Re-exports only: one Django app, many rooms (the floor map is in `learning/__init__.py`)."""

from .articles.models import ArticleAttachment, ArticlePage, ColumnPage, RelatedPage
from .library.models import KeyPoint, Lecturer, LectureRecordPage, NoticePage, NoticeSource, StudyMaterialPage
from .organisation.models import BranchMembership, Department, LeadingGroup, LeadingGroupOffice, PartyBranch, Posting, StaffMember
from .topics.models import Topic

__all__ = [
    "ArticleAttachment",
    "ArticlePage",
    "BranchMembership",
    "ColumnPage",
    "Department",
    "KeyPoint",
    "LeadingGroup",
    "LeadingGroupOffice",
    "LectureRecordPage",
    "Lecturer",
    "NoticePage",
    "NoticeSource",
    "PartyBranch",
    "Posting",
    "RelatedPage",
    "StaffMember",
    "StudyMaterialPage",
    "Topic",
]
