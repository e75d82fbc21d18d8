import datetime

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.utils import timezone

from cms.jobs import registry
from cms.jobs.models import JobRun
from cms.jobs.registry import Job, every_day, every_hour, every_minute, register_job
from cms.jobs.services import run_due, take

NOW = datetime.datetime(2026, 4, 14, 9, 30, tzinfo=datetime.UTC)


@pytest.fixture
def calls(monkeypatch):
    made = []
    monkeypatch.setattr(registry, "_jobs", {})
    register_job(Job("count", "计数", every_hour, lambda now: made.append(now) or "好"))
    return made


class TestRunDue:
    def test_runs_a_job_once_in_its_period(self, db, calls):
        for minute in (0, 5, 20):
            run_due(now=NOW + datetime.timedelta(minutes=minute))
        run_due(now=NOW + datetime.timedelta(minutes=31))
        assert len(calls) == 2
        assert set(JobRun.objects.values_list("state", flat=True)) == {"done"}

    def test_gives_a_period_to_one_node_only(self, db, calls):
        job = registry.all_jobs()[0]
        assert take(job, now=NOW) is not None
        assert take(job, now=NOW) is None

    def test_takes_over_from_a_node_that_died(self, db, calls):
        job = registry.all_jobs()[0]
        take(job, now=NOW - datetime.timedelta(minutes=29))
        assert take(job, now=NOW) is None
        JobRun.objects.update(started_at=NOW - datetime.timedelta(minutes=40), period=job.period(timezone.localtime(NOW)))
        assert take(job, now=NOW) is not None

    def test_keeps_going_when_one_job_fails_and_tries_it_again(self, db, calls, monkeypatch):
        attempts = []

        def fail(now):
            attempts.append(now)
            raise ValueError("磁盘满")

        register_job(Job("broken", "坏的", every_day, fail))
        run_due(now=NOW)
        assert JobRun.objects.get(job="broken").message == "ValueError: 磁盘满"
        JobRun.objects.filter(job="broken").update(finished_at=NOW - datetime.timedelta(minutes=2))
        run_due(now=NOW)
        assert len(attempts) == 2
        assert JobRun.objects.get(job="count").state == "done"

    def test_refuses_two_jobs_of_one_name(self, calls):
        with pytest.raises(ImproperlyConfigured):
            register_job(Job("count", "另一个", every_minute, lambda now: ""))

    def test_is_a_command(self, db, capsys):
        call_command("run_due")
        call_command("run_due", "--list")
        assert "publish_scheduled" in capsys.readouterr().out
        assert JobRun.objects.filter(state="failed").count() == 0
        assert JobRun.objects.filter(job="publish_scheduled", state="done").exists()
