from django.core.management import call_command

from cms.jobs.models import JobRun


class TestRecent:
    def test_shows_how_each_job_ended_and_runs_none(self, db, capsys):
        call_command("run_due", recent=True)
        assert "定时发布与到期撤下：还没有运行过" in capsys.readouterr().out
        assert not JobRun.objects.exists()
        call_command("run_due")
        JobRun.objects.filter(job="clear_sessions").update(state=JobRun.State.FAILED, message="OSError: 磁盘满")
        capsys.readouterr()
        call_command("run_due", recent=True)
        shown = capsys.readouterr().out
        assert "完成 已检查" in shown
        assert "失败 OSError: 磁盘满" in shown
