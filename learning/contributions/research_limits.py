"""Norms for reports met elsewhere: said, never enforced. A site sets others in its settings."""

from django.conf import settings

MOST_TEAM = 10
MOST_VISITS = 40
MOST_FILES = 12


def most_characters() -> int:
    """字; a longer report is handed in all the same, with a word about it. 0: nothing is said."""
    return getattr(settings, "RESEARCH_MOST_CHARACTERS", 8_000)


def fewest_characters() -> int:
    """字; a shorter report likewise."""
    return getattr(settings, "RESEARCH_FEWEST_CHARACTERS", 1_500)


def default_places() -> int:
    """How many are the best of a year (R42)."""
    return getattr(settings, "RESEARCH_BEST_PLACES", 5)


HINT = "讲话稿、工作总结、工作计划和纯理论文章不是调研报告：调研报告要有实地情况、有问题和原因、有可行的建议。"
