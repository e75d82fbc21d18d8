from django.db.models import BooleanField, Case, Count, F, Q, Value, When, Window
from django.db.models.functions import Length, RowNumber, Substr
from wagtail.models import PageManager

from cms.core.visibility import VisibilityQuerySet


class ArticleQuerySet(VisibilityQuerySet):
    """Articles of every type, on the one table that lists, feeds and filters read."""

    def newest_first(self):
        return self.order_by("-shown_at", "-pk")

    def in_column(self, column):
        """Articles anywhere below `column`."""
        return self.below_path(column.path)

    def pinned_first(self, day):
        """By date, with what is pinned on `day` before the rest and marked `is_pinned`."""
        pinned = Case(When(pinned_until__gte=day, then=Value(True)), default=Value(False), output_field=BooleanField())
        return self.annotate(is_pinned=pinned).order_by("-is_pinned", "-shown_at", "-pk")

    def count_by_column(self) -> dict[str, int]:
        """How many articles stand directly below each column, by the column's tree path; one statement."""
        column_path = Substr("path", 1, Length("path") - self.model.steplen)
        rows = self.order_by().annotate(column_path=column_path).values_list("column_path").annotate(articles=Count("pk"))
        return dict(rows)

    def newest_of_each_column(self, number: int):
        """The newest `number` articles of every column, in one statement, annotated with `column_path`."""
        column_path = Substr("path", 1, Length("path") - self.model.steplen)
        rank = Window(RowNumber(), partition_by=[column_path], order_by=[F("shown_at").desc(), F("pk").desc()])
        return self.annotate(column_path=column_path, rank=rank).filter(rank__lte=number).newest_first()

    def count_by_area(self) -> dict[str, int]:
        return dict(self.order_by().exclude(area="").values_list("area").annotate(articles=Count("pk")))

    def before(self, article):
        """Articles that stand after `article` in a list by date (the older ones), nearest first."""
        return self.filter(Q(shown_at__lt=article.shown_at) | Q(shown_at=article.shown_at, pk__lt=article.pk)).order_by("-shown_at", "-pk")

    def after(self, article):
        """Articles newer than `article`, nearest first."""
        return self.filter(Q(shown_at__gt=article.shown_at) | Q(shown_at=article.shown_at, pk__gt=article.pk)).order_by("shown_at", "pk")


ArticleManager = PageManager.from_queryset(ArticleQuerySet)
