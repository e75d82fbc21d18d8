"""学习笔记: the owner's alone. No admin screen, no search, no export, no log and no reference index knows of them."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from wagtail.models import Page

from ...programme.models import Session
from ..querysets import StudyNoteQuerySet
from .books import Book
from .reflections import Reflection


class StudyNote(models.Model):
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="study_notes")
    page = models.ForeignKey(Page, verbose_name="材料", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    book = models.ForeignKey(Book, verbose_name="图书", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    session = models.ForeignKey(Session, verbose_name="学习活动", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    about = models.CharField("关于", max_length=200, blank=True, help_text="材料的标题，材料撤下后仍在。")
    quote = models.TextField("摘抄", max_length=1000, blank=True)
    text = models.TextField("笔记", max_length=10_000)
    created_at = models.DateTimeField("写下时间")
    updated_at = models.DateTimeField("修改时间")
    reflection = models.ForeignKey(
        Reflection, verbose_name="写成的心得", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    wagtail_reference_index_ignore = True

    objects = StudyNoteQuerySet.as_manager()

    class Meta:
        verbose_name = "学习笔记"
        verbose_name_plural = "学习笔记"
        ordering = ["-updated_at", "-id"]
        default_permissions = ()
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="study_note_not_empty")]
        indexes = [models.Index(fields=["owner", "-updated_at"])]

    def __str__(self):
        return "学习笔记"
