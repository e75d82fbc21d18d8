"""The import of placements as the documentation of django-import-export shows it: a ModelResource with foreign keys by name."""

from django.utils import timezone
from import_export import fields, resources
from import_export.widgets import BooleanWidget, DateWidget, ForeignKeyWidget, IntegerWidget

from learning.models import MediaArticle, Outlet, Placement


class PlacementResource(resources.ModelResource):
    article = fields.Field("article", "标题", widget=ForeignKeyWidget(MediaArticle, "title"))
    title = fields.Field("title", "标题")
    outlet = fields.Field("outlet", "媒体", widget=ForeignKeyWidget(Outlet, "name"))
    published_on = fields.Field("published_on", "刊发日期", widget=DateWidget())
    page = fields.Field("page", "版面")
    length = fields.Field("length", "篇幅", widget=IntegerWidget())
    has_picture = fields.Field("has_picture", "有图", widget=BooleanWidget())
    is_reprint = fields.Field("is_reprint", "转载", widget=BooleanWidget())
    url = fields.Field("url", "网址")

    class Meta:
        model = Placement
        fields = ("article", "title", "outlet", "published_on", "page", "length", "has_picture", "is_reprint", "url")
        import_id_fields = ("outlet", "published_on", "title")
        use_transactions = True

    def before_save_instance(self, instance, row, **kwargs):
        """What no column tells."""
        instance.level, instance.medium = "city", instance.outlet.medium
        instance.entered_at = instance.confirmed_at = timezone.now()
