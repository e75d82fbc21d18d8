"""Books, the month's recommended list, and who reads what (R34, R39)."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from wagtail.models import Orderable

from ...organisation.models import StaffMember
from ...programme.choices import Audience
from ...topics.areas import ContentArea
from ..choices import ReadingState
from ..isbn import validate_isbn
from ..querysets import BookQuerySet, MonthlyListQuerySet, ReadingEntryQuerySet


class Book(models.Model):
    title = models.CharField("书名", max_length=120)
    author = models.CharField("作者", max_length=100, blank=True)
    publisher = models.CharField("出版社", max_length=80, blank=True)
    isbn = models.CharField("ISBN", max_length=20, blank=True, validators=[validate_isbn], help_text="10 位或 13 位，可带连字符。")
    area = models.CharField("内容领域", max_length=24, choices=ContentArea.choices, blank=True)
    cover = models.ForeignKey(
        settings.WAGTAILIMAGES_IMAGE_MODEL, verbose_name="封面", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    intro = models.TextField("内容简介", max_length=500, blank=True)
    copies = models.PositiveSmallIntegerField("阅览室册数", default=0, help_text="阅览室没有的填 0。")
    arrived_on = models.DateField("到馆日期", null=True, blank=True, help_text="新书从这一天起在“新书上架”里显示。")
    shelf_mark = models.CharField("架位", max_length=30, blank=True)

    objects = BookQuerySet.as_manager()

    class Meta:
        verbose_name = "图书"
        verbose_name_plural = "图书"
        ordering = ["title", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["isbn"], condition=~Q(isbn=""), name="one_book_an_isbn", violation_error_message="这个 ISBN 已有一本书。"
            ),
            models.UniqueConstraint(
                fields=["title", "author"],
                condition=Q(isbn=""),
                name="one_book_a_title_and_author",
                violation_error_message="已有同名同作者的书；版本不同的请填 ISBN。",
            ),
            models.CheckConstraint(condition=~Q(title=""), name="book_title_not_empty"),
            models.CheckConstraint(condition=Q(area__in=["", *ContentArea.values]), name="book_area_is_known"),
        ]
        indexes = [models.Index(fields=["-arrived_on"], name="book_arrived_on")]

    def __str__(self):
        return f"《{self.title}》"


class MonthlyList(ClusterableModel):
    """每月推荐书目: listed by the organ party committee (section 四（六） of the notice)."""

    month = models.DateField(
        "月份", unique=True, help_text="填当月 1 日。", error_messages={"unique": "这个月已有一份书目，请修改那一份。"}
    )
    intro = models.TextField("说明", max_length=500, blank=True)
    published_at = models.DateTimeField("公布时间", null=True, blank=True, editable=False)

    objects = MonthlyListQuerySet.as_manager()

    class Meta:
        verbose_name = "每月推荐书目"
        verbose_name_plural = "每月推荐书目"
        ordering = ["-month"]
        constraints = [
            models.CheckConstraint(
                condition=Q(month__day=1), name="list_month_is_a_first", violation_error_message="月份请填当月 1 日，例如 2026-11-01。"
            )
        ]

    def __str__(self):
        return f"{self.month.year}年{self.month.month}月推荐书目"


class ListedBook(Orderable):
    monthly_list = ParentalKey(MonthlyList, verbose_name="书目", on_delete=models.CASCADE, related_name="listed_books")
    book = models.ForeignKey(Book, verbose_name="图书", on_delete=models.PROTECT, related_name="listings")
    reason = models.CharField("推荐理由", max_length=300)
    audience = models.CharField("谁读", max_length=16, choices=Audience.choices, default=Audience.EVERYBODY)

    class Meta(Orderable.Meta):
        verbose_name = "推荐的书"
        verbose_name_plural = "推荐的书"
        constraints = [
            models.UniqueConstraint(
                fields=["monthly_list", "book"], name="one_book_a_list", violation_error_message="同一本书在这份书目里出现了两次。"
            )
        ]

    def __str__(self):
        return str(self.book)


class ReadingEntry(models.Model):
    """One person's reading of one book: of the room's books, or of a free title."""

    staff = models.ForeignKey(StaffMember, verbose_name="人员", on_delete=models.PROTECT, related_name="reading_entries")
    book = models.ForeignKey(Book, verbose_name="图书", null=True, blank=True, on_delete=models.PROTECT, related_name="reading_entries")
    title = models.CharField("书名", max_length=120, blank=True, help_text="书库里没有的书写在这里。")
    author = models.CharField("作者", max_length=100, blank=True)
    state = models.CharField("状态", max_length=12, choices=ReadingState.choices, default=ReadingState.READING)
    started_on = models.DateField("开始日期")
    finished_on = models.DateField("读完日期", null=True, blank=True)
    recorded_on = models.DateField("登记日期", help_text="登记读完的那一天；晚于读完的月份算补登。")

    objects = ReadingEntryQuerySet.as_manager()

    class Meta:
        verbose_name = "阅读记录"
        verbose_name_plural = "阅读记录"
        ordering = ["-started_on", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(book__isnull=False, title="") | (Q(book__isnull=True) & ~Q(title="")), name="reading_is_of_one_book"
            ),
            models.CheckConstraint(
                condition=Q(state="reading", finished_on__isnull=True) | Q(state="finished", finished_on__isnull=False),
                name="finished_reading_has_its_day",
            ),
            models.CheckConstraint(
                condition=Q(finished_on__isnull=True) | Q(finished_on__gte=F("started_on")),
                name="reading_ends_after_start",
                violation_error_message="读完日期早于开始日期。",
            ),
            models.UniqueConstraint(fields=["staff", "book"], condition=Q(book__isnull=False), name="one_entry_a_person_and_book"),
            models.UniqueConstraint(fields=["staff", "title"], condition=Q(book__isnull=True), name="one_entry_a_person_and_title"),
        ]
        indexes = [models.Index(fields=["staff", "finished_on"]), models.Index(fields=["finished_on", "staff"])]

    def __str__(self):
        return str(self.book or f"《{self.title}》")
