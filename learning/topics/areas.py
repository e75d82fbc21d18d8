from django.db import models


class ContentArea(models.TextChoices):
    """The five content areas of section 三 of the notice (R15–R19); fixed there, so fixed here."""

    POLITICAL_THEORY = "political_theory", "政治理论"
    POLICY_AND_LAW = "policy_and_law", "政策法规"
    CORE_VALUES = "core_values", "社会主义核心价值体系"
    PROFESSIONAL = "professional", "业务知识"
    SCIENCE_AND_CULTURE = "science_and_culture", "科学文化"
