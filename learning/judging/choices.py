from django.db import models


class JudgingState(models.TextChoices):
    PREPARING = "preparing", "筹备中"
    OPEN = "open", "评分中"
    CLOSED = "closed", "已结束"
