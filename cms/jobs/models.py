from django.db import models


class JobRun(models.Model):
    """One job in one period. The unique pair is the lock: whoever inserts the row does the work, on however many nodes."""

    class State(models.TextChoices):
        RUNNING = "running", "进行中"
        DONE = "done", "完成"
        FAILED = "failed", "失败"

    job = models.CharField("任务", max_length=60)
    period = models.CharField("周期", max_length=40)
    state = models.CharField("状态", max_length=8, choices=State.choices, default=State.RUNNING)
    started_at = models.DateTimeField("开始时间")
    finished_at = models.DateTimeField("结束时间", null=True, blank=True)
    message = models.TextField("结果", blank=True)

    class Meta:
        verbose_name = "任务记录"
        verbose_name_plural = "任务记录"
        ordering = ["-started_at"]
        constraints = [models.UniqueConstraint(fields=["job", "period"], name="one_run_per_job_and_period")]

    def __str__(self):
        return f"{self.job} {self.period}"
