from django.core.exceptions import ValidationError


class JudgingError(ValidationError):
    """The judging cannot be prepared, scored or closed like that; the message is Chinese and says what to do."""


class UnfinishedError(JudgingError):
    """Some judges have entries left; closing has to be confirmed."""
