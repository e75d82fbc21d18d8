"""What the person at the server reads."""

import io
import os

import pytest
from django.core.management import CommandError, call_command

from home.sample.loading import NOTICE
from learning.models import NoticePage

from .renderings import TITLE, as_docx, notice_text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("column")]


def run(file=NOTICE, *options) -> str:
    out = io.StringIO()
    call_command("import_notice", str(file), *options, stdout=out)
    return out.getvalue()


def refusal(file, *options) -> str:
    with pytest.raises(CommandError) as caught:
        run(file, *options)
    assert not NoticePage.objects.exists()
    return str(caught.value)


class TestImportNotice:
    def test_says_what_it_made_where_it_is_and_what_to_look_at(self):
        said = run(NOTICE, "--publish")
        page = NoticePage.objects.get()
        assert said.startswith(f"已建页面：{TITLE}\n  地址：{page.url}  已发布\n需要核对 10 处：\n  - 第 3 段：信息来源为空。")
        assert "\n  - 第 6 段：落款“2020415”疑似日期，缺“年、月、日”。" in said

    def test_says_that_a_draft_is_a_draft(self):
        assert "  草稿\n" in run()
        assert run().startswith(f"未变化：{TITLE}")
        assert "  已发布\n" in run(NOTICE, "--publish")

    def test_says_that_the_readers_still_see_the_old_text(self, tmp_path):
        run(NOTICE, "--publish")
        changed = tmp_path / "通知.docx"
        changed.write_bytes(as_docx(notice_text().replace("二、目标任务", "二、目标和任务")))
        said = run(changed)
        assert said.startswith("已更新页面")
        assert "  已发布，这次的内容存为草稿\n" in said

    def test_puts_the_page_where_it_is_told(self):
        run(NOTICE, "--parent", "tongzhigonggao")
        assert NoticePage.objects.get().get_parent().title == "通知公告"

    def test_replaces_an_edited_page_only_when_told(self):
        run()
        page = NoticePage.objects.get().get_latest_revision_as_object()
        page.source = "办公室"
        page.save_revision()
        with pytest.raises(CommandError, match="请加 --replace"):
            run()
        assert run(NOTICE, "--replace").startswith("已更新页面")


class TestAFileThatCannotBeImported:
    def test_is_a_folder(self, tmp_path):
        assert refusal(tmp_path) == f"读不到“{tmp_path}”：这是文件夹。请给出通知文件本身。"

    def test_is_not_there(self, tmp_path):
        assert refusal(tmp_path / "无.txt") == f"读不到“{tmp_path / '无.txt'}”：没有这个文件。请核对路径。"

    def test_has_an_impossible_name(self, tmp_path):
        assert "请核对路径。" in refusal(tmp_path / ("长" * 300))

    @pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
    def test_is_somebody_elses(self, tmp_path):
        file = tmp_path / "通知.txt"
        file.write_text("x")
        file.chmod(0)
        assert "没有读取它的权限" in refusal(file)

    @pytest.mark.parametrize(
        ("name", "data", "message"),
        [
            ("空.txt", b"", "文件是空的。请确认选对了文件。"),
            ("通知.doc", b"x", "不支持“.doc”文件。请另存为 .docx、.html 或 .txt 再导入。"),
            ("长.txt", ("长" * 300).encode(), "标题有 300 个字，最多 255 个字"),
            ("大.txt", b"a" * (20 * 1024 * 1024 + 1), "文件超过 20 MB。"),
        ],
    )
    def test_is_named_with_the_remedy(self, name, data, message, tmp_path):
        file = tmp_path / name
        file.write_bytes(data)
        assert message in refusal(file)

    def test_has_no_column_to_stand_in(self):
        said = refusal(NOTICE, "--parent", "weizhi")
        assert said == "没有地址名为“weizhi”的栏目。请用 --parent 指定：tongzhigonggao（通知公告）、liangxueyizuo（两学一做）。"

    def test_is_said_when_the_disk_is_full(self, monkeypatch):
        def fail(**_facts):
            raise OSError(28, "No space left on device")

        monkeypatch.setattr("learning.management.commands.import_notice.import_notice_file", fail)
        assert "没有导入任何内容。请检查磁盘空间" in refusal(NOTICE)
