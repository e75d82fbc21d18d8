"""学习兴趣小组: people choose, a leader, a shelf, the next meeting (R38, A9); nothing more."""

from django.db import models

from ...organisation.models import StaffMember
from .books import Book


class InterestGroup(models.Model):
    name = models.CharField("名称", max_length=40, unique=True, error_messages={"unique": "已有同名的小组。"})
    purpose = models.TextField("学什么", max_length=500, blank=True)
    patron = models.ForeignKey(
        StaffMember,
        verbose_name="分管领导",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="方案规定由党组成员、副局长牵头。",
    )
    leader = models.ForeignKey(
        StaffMember, verbose_name="组长", null=True, blank=True, on_delete=models.PROTECT, related_name="led_interest_groups"
    )
    shelf = models.ManyToManyField(Book, verbose_name="书架", blank=True, related_name="interest_groups")
    next_meeting_at = models.DateTimeField("下次活动时间", null=True, blank=True)
    next_place = models.CharField("下次活动地点", max_length=60, blank=True)
    next_topic = models.CharField("下次活动内容", max_length=100, blank=True)
    closed_on = models.DateField("停止日期", null=True, blank=True)

    class Meta:
        verbose_name = "学习兴趣小组"
        verbose_name_plural = "学习兴趣小组"
        ordering = ["name"]

    def __str__(self):
        return self.name


class GroupMembership(models.Model):
    group = models.ForeignKey(InterestGroup, on_delete=models.CASCADE, related_name="memberships")
    staff = models.ForeignKey(StaffMember, verbose_name="人员", on_delete=models.PROTECT, related_name="interest_groups")
    joined_on = models.DateField("加入日期")

    class Meta:
        verbose_name = "小组成员"
        verbose_name_plural = "小组成员"
        ordering = ["joined_on", "id"]
        constraints = [models.UniqueConstraint(fields=["group", "staff"], name="one_membership_a_group")]

    def __str__(self):
        return f"{self.group} {self.staff}"
