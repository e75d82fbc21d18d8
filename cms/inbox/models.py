import uuid

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from .querysets import DeliveryQuerySet, MessageQuerySet
from .robots import AddressRefusedError, masked, robot_at

SENDS_NOTHING = "django.core.mail.backends.dummy.EmailBackend"


class Message(models.Model):
    """What the site tells one person about one thing (`key`): told once, however often it is sent."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)  # known before the row is: the sender sees which are new
    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, verbose_name="收件人", on_delete=models.CASCADE, related_name="inbox_messages")
    subject = models.CharField("主题", max_length=120)
    text = models.TextField("内容", blank=True)
    url = models.CharField("本站地址", max_length=300, blank=True)
    key = models.CharField("事由", max_length=120)
    created_at = models.DateTimeField("时间")
    read_at = models.DateTimeField("阅读时间", null=True, blank=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = "站内消息"
        verbose_name_plural = "站内消息"
        ordering = ["-created_at"]
        constraints = [models.UniqueConstraint(fields=["recipient", "key"], name="one_message_per_recipient_and_key")]
        indexes = [models.Index(fields=["recipient"], condition=Q(read_at__isnull=True), name="inbox_unread")]

    def __str__(self):
        return self.subject


class Channel(models.Model):
    """A way out of the site. A robot's address is a secret: whoever has it posts to the group."""

    class Kind(models.TextChoices):
        WECOM = "wecom", "企业微信群机器人"
        DINGTALK = "dingtalk", "钉钉群机器人"
        FEISHU = "feishu", "飞书群机器人"
        EMAIL = "email", "电子邮件"

    name = models.CharField("名称", max_length=60)
    kind = models.CharField("种类", max_length=8, choices=Kind.choices)
    address = models.CharField(
        "机器人地址",
        max_length=200,
        blank=True,
        help_text="企业微信写 wecombot://密钥，钉钉写 dingtalk://令牌 或 dingtalk://加签密钥@令牌，飞书写 feishu://令牌；电子邮件留空。"
        "知道地址的人都能往群里发消息，请勿外传。",
    )
    is_active = models.BooleanField("启用", default=True)

    class Meta:
        verbose_name = "消息通道"
        verbose_name_plural = "消息通道"
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="email", address="") | (~Q(kind="email") & ~Q(address="")),
                name="channel_address_for_robots_only",
                violation_error_message="群机器人须填地址，电子邮件不填。",
            ),
            models.UniqueConstraint(
                fields=["kind"],
                condition=Q(kind="email"),
                name="one_email_channel",
                violation_error_message="电子邮件通道已有一个，不用再建。",
            ),
        ]

    def __str__(self):
        return self.name

    @property
    def is_robot(self) -> bool:
        return self.kind != self.Kind.EMAIL

    @property
    def masked_address(self) -> str:
        return masked(self.address)

    def clean(self):
        if self.is_robot:
            try:
                robot_at(kind=self.kind, address=self.address)
            except AddressRefusedError as error:
                raise ValidationError({"address": str(error)}) from error
            except KeyError:
                return  # no such kind: the field says so
        elif self.address:
            raise ValidationError({"address": "电子邮件发到各人账号里的邮箱，这里请留空。"})
        elif settings.EMAIL_BACKEND == SENDS_NOTHING:
            raise ValidationError({"kind": "服务器还没有配置发信邮箱，请先设置环境变量 EMAIL_URL。"})


class Delivery(models.Model):
    """The outbox: one e-mail or one post that has to leave the site, with everything it needs, so that nothing else is asked when it goes."""

    class State(models.TextChoices):
        WAITING = "waiting", "待发送"
        SENT = "sent", "已发送"
        FAILED = "failed", "发送失败"

    channel = models.ForeignKey(Channel, verbose_name="通道", on_delete=models.CASCADE, related_name="deliveries")
    recipient_address = models.EmailField("邮箱", blank=True)
    subject = models.CharField("主题", max_length=140)
    text = models.TextField("内容", blank=True)
    url = models.CharField("本站地址", max_length=300)
    state = models.CharField("状态", max_length=8, choices=State.choices, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField("次数", default=0)
    last_error = models.CharField("原因", max_length=500, blank=True)
    created_at = models.DateTimeField("时间")
    next_try_at = models.DateTimeField("下次发送")

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = "待发消息"
        verbose_name_plural = "待发消息"
        ordering = ["created_at"]
        indexes = [models.Index(fields=["next_try_at"], condition=Q(state="waiting"), name="inbox_waiting")]

    def __str__(self):
        return self.subject
