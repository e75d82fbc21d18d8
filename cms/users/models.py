from django.contrib.auth.models import AbstractUser
from django.db import models


class User(AbstractUser):
    """A person's account. Who the person is at work (department, branch, office) is `learning.organisation.StaffMember`'s business."""

    display_name = models.CharField("姓名", max_length=50, blank=True, help_text="页面和记录上显示的名字。")
    must_change_password = models.BooleanField("下次登录须改密码", default=False)
    password_changed_at = models.DateTimeField("密码修改时间", null=True, blank=True, editable=False)

    class Meta:
        verbose_name = "用户"
        verbose_name_plural = "用户"

    def get_full_name(self):
        return self.display_name or super().get_full_name() or self.username

    def get_short_name(self):
        return self.get_full_name()

    def __str__(self):
        return self.get_full_name()


class PasswordHistory(models.Model):
    """Hashes of a person's earlier passwords, so that the last ones are not used again (GB/T 22239 8.1.4.1)."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="password_history")
    password = models.CharField(max_length=255)
    changed_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "历史密码"
        verbose_name_plural = "历史密码"
        indexes = [models.Index(fields=["user", "-changed_at"])]

    def __str__(self):
        return f"{self.user_id} {self.changed_at:%Y-%m-%d}"
