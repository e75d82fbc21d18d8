from django.db import models
from django.utils import timezone
from wagtail.admin.panels import FieldPanel
from wagtail.models import Page

from cms.core.models import BasePage

from .front import front_of


class HomePage(BasePage):
    """The front door: search, the newest of every column, what is on."""

    public_by_default = True

    motto = models.CharField("题语", max_length=60, blank=True, help_text="首页检索框上方的一句话。")

    content_panels = [*Page.content_panels, FieldPanel("motto")]
    template = "home/home_page.html"
    parent_page_types = ["wagtailcore.Page"]
    max_count = 1

    class Meta:
        verbose_name = "首页"
        verbose_name_plural = "首页"

    def get_context(self, request, *args, **kwargs):
        context = super().get_context(request, *args, **kwargs)
        context["front"] = front_of(self, user=request.user, today=timezone.localdate())
        return context
