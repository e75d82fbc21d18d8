"""What is due for one person: `listing` puts it together, `programme`, `gaps`, `reading`, `contributions` and `portfolio` say what each room asks, `rows` how it is shown."""

from .listing import due_of
from .rows import FEW, DueList, DueRow, Kind, State, in_words

__all__ = ["FEW", "DueList", "DueRow", "Kind", "State", "due_of", "in_words"]
