import datetime
import threading

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connections
from wagtail.models import ModelLogEntry

from cms.imports.models import ImportBatch, ImportRow
from cms.imports.services import (
    AlreadyImportedError,
    ChangedMeanwhileError,
    ImportRefusedError,
    UndecidedRowsError,
    UndoRefusedError,
    WrongStepError,
    check_batch,
    commit_batch,
    decide_row,
    look_at_sheet,
    map_columns,
    skip_error_rows,
    undo_batch,
    upload_batch,
)
from cms.imports.sheets import UnreadableSheetError
from learning.models import Department, PartyBranch, Posting, StaffMember
from learning.organisation.services import correct_posting, move_staff_member
from tests.factories.organisation import LeadingGroupOfficeFactory, StaffMemberFactory

from .tables import upload, workbook

pytestmark = pytest.mark.django_db
DAY = datetime.date(2026, 1, 5)
ROWS = [["张三", "0012", "基础教育科", "科员", "", DAY], ["李四", "0013", "基础教育科", "科长", "", "2026年1月6日"]]


class TestUploadBatch:
    def test_guesses_header_and_columns_below_a_title(self, clerk, department):
        batch = upload_batch(kind="roster", file=upload(workbook(ROWS, title="教育局花名册")), name="花名册.xlsx", by=clerk)
        assert batch.options["header_row"] == 2
        assert batch.mapping == {"name": 0, "number": 1, "department": 2, "title": 3, "branch": 4, "started_on": 5}
        with batch.file.open("rb") as kept:
            assert kept.read(2) == b"PK"
        assert len(batch.sha256) == 64
        assert ModelLogEntry.objects.get().action == "imports.upload"

    def test_refuses_what_is_no_table(self, clerk):
        with pytest.raises(UnreadableSheetError):
            upload_batch(kind="roster", file=upload(b"MZ"), name="花名册.xlsx", by=clerk)
        assert not ImportBatch.objects.exists()

    def test_refuses_a_file_that_has_been_imported(self, checked, clerk):
        commit_batch(batch=checked(ROWS), by=clerk)
        with pytest.raises(AlreadyImportedError, match="导入过"):
            checked(ROWS)

    def test_remembers_the_columns_of_the_last_table_with_these_headings(self, clerk, department):
        headings = ["谁", "何处", "何时"]
        data = [["张三", "基础教育科", DAY]]
        batch = upload_batch(kind="roster", file=upload(workbook(data, headings=headings)), name="a.xlsx", by=clerk)
        assert batch.mapping == {}
        mapping = {"name": 0, "department": 1, "started_on": 2}
        batch = map_columns(batch=batch, mapping=mapping, sheet="花名册", header_row=1, options={}, by=clerk)
        commit_batch(batch=batch, by=clerk)
        again = upload_batch(kind="roster", file=upload(workbook(data * 2, headings=headings)), name="b.xlsx", by=clerk)
        assert again.mapping == mapping


class TestMapColumns:
    @pytest.fixture
    def batch(self, clerk, department):
        return upload_batch(kind="roster", file=upload(workbook(ROWS, sheets=["空表"])), name="花名册.xlsx", by=clerk)

    @pytest.mark.parametrize(
        ("mapping", "words"),
        [
            ({"name": 0}, "必填的栏目没有对应的列：科室/单位、任职日期"),
            ({"name": 0, "department": 0, "started_on": 5}, "A 列同时对应了姓名、科室/单位"),
            ({"name": 99, "department": 2, "started_on": 5}, "不在表内"),
            ({"salary": 0}, "没有名为"),
        ],
    )
    def test_refuses_columns_that_cannot_be(self, batch, clerk, mapping, words):
        with pytest.raises(ImportRefusedError, match=words):
            map_columns(batch=batch, mapping=mapping, sheet="花名册", header_row=1, options={}, by=clerk)

    def test_refuses_a_header_with_nothing_below(self, batch, clerk):
        with pytest.raises(ImportRefusedError, match="以下没有内容"):
            map_columns(batch=batch, mapping=batch.mapping, sheet="花名册", header_row=3, options={}, by=clerk)

    def test_refuses_a_committed_batch(self, batch, clerk):
        ImportBatch.objects.update(state="committed")
        with pytest.raises(WrongStepError):
            map_columns(batch=batch, mapping=batch.mapping, sheet="花名册", header_row=1, options={}, by=clerk)

    def test_looks_again_at_another_header_row(self, batch):
        sheet, row, mapping = look_at_sheet(batch, header_row=2)
        assert (sheet.name, row, mapping) == ("花名册", 2, {})
        with pytest.raises(UnreadableSheetError):
            look_at_sheet(batch, sheet="空表")


class TestCommitBatch:
    def test_writes_every_row_and_keeps_account(self, checked, clerk):
        batch = commit_batch(batch=checked(ROWS), by=clerk)
        assert batch.state == "committed"
        assert batch.committed_at
        assert StaffMember.objects.count() == 2
        assert [[record["model"] for record in row.written] for row in batch.rows.order_by("number")] == [
            ["learning.staffmember", "learning.posting"]
        ] * 2
        assert ModelLogEntry.objects.filter(action="imports.commit", user=clerk).count() == 1

    def test_refuses_while_rows_are_wrong_and_writes_nothing(self, checked, clerk):
        batch = checked([*ROWS, ["王五", "", "没有的科", "", "", DAY]])
        with pytest.raises(UndecidedRowsError, match="第 4 行"):
            commit_batch(batch=batch, by=clerk)
        assert not StaffMember.objects.exists()
        batch.refresh_from_db()
        assert batch.state == "checked"

    def test_goes_on_when_the_wrong_rows_are_left_out(self, checked, clerk):
        batch = checked([*ROWS, ["王五", "", "没有的科", "", "", DAY]])
        assert skip_error_rows(batch=batch, by=clerk) == 1
        commit_batch(batch=batch, by=clerk)
        assert StaffMember.objects.count() == 2
        assert batch.rows.get(number=4).state == ImportRow.State.SKIPPED

    def test_says_the_second_time_that_it_is_done(self, checked, clerk):
        batch = checked(ROWS)
        commit_batch(batch=batch, by=clerk)
        with pytest.raises(AlreadyImportedError, match="没有重复写入"):
            commit_batch(batch=batch, by=clerk)
        assert StaffMember.objects.count() == 2

    def test_refuses_one_file_in_two_batches(self, checked, clerk):
        first, second = checked(ROWS), checked(ROWS)
        commit_batch(batch=first, by=clerk)
        with pytest.raises(AlreadyImportedError, match="同一个文件"):
            commit_batch(batch=second, by=clerk)

    def test_refuses_and_checks_again_when_the_data_moved(self, checked, clerk):
        batch = checked(ROWS)
        StaffMemberFactory(name="张三")
        with pytest.raises(ChangedMeanwhileError):
            commit_batch(batch=batch, by=clerk)
        assert batch.rows.get(number=2).state == ImportRow.State.ASK
        assert StaffMember.objects.count() == 1

    def test_keeps_nothing_of_a_batch_that_fails_in_the_middle(self, checked, clerk, monkeypatch):
        batch = checked(ROWS)

        def power_cut(**_arguments):
            raise RuntimeError("power cut")

        monkeypatch.setattr("cms.imports.services.committing.log", power_cut)  # the last thing a commit does
        with pytest.raises(RuntimeError):
            commit_batch(batch=batch, by=clerk)
        batch.refresh_from_db()
        assert (batch.state, StaffMember.objects.count()) == ("checked", 0)

    @pytest.mark.parametrize(
        ("error", "words"),
        [(ValidationError("日期不对。"), "第 2 行：日期不对。全部没有写入"), (IntegrityError(), "第 2 行与已有记录冲突")],
    )
    def test_names_the_row_a_service_refuses(self, checked, clerk, department, monkeypatch, error, words):
        StaffMemberFactory(name="张三", employee_number="0012", posted_to=department)
        batch = checked(ROWS)

        def refuse(**_arguments):
            raise error

        monkeypatch.setattr("learning.organisation.roster.move_staff_member", refuse)
        with pytest.raises(ImportRefusedError, match=words):
            commit_batch(batch=batch, by=clerk)
        assert StaffMember.objects.count() == 1

    def test_refuses_an_unchecked_batch(self, clerk, department):
        batch = upload_batch(kind="roster", file=upload(workbook(ROWS)), name="花名册.xlsx", by=clerk)
        with pytest.raises(WrongStepError):
            commit_batch(batch=batch, by=clerk)


@pytest.mark.django_db(transaction=True)
class TestTwoCommitsAtOnce:
    def test_write_once(self, checked, clerk):
        batch, outcomes, ready = checked(ROWS), [], threading.Barrier(2)

        def run():
            try:
                ready.wait(10)
                commit_batch(batch=ImportBatch.objects.get(pk=batch.pk), by=clerk)
                outcomes.append("written")
            except AlreadyImportedError:
                outcomes.append("found it committed")
            finally:
                connections.close_all()

        threads = [threading.Thread(target=run) for _one in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        assert sorted(outcomes) == ["found it committed", "written"]
        assert StaffMember.objects.count() == 2


class TestDecideRow:
    def test_takes_only_what_is_offered(self, checked, clerk):
        StaffMemberFactory(name="张三")
        row = checked(ROWS).rows.get(number=2)
        with pytest.raises(ImportRefusedError, match="没有这个选项"):
            decide_row(row=row, decision="is:999", by=clerk)
        assert decide_row(row=row, decision="new", by=clerk).state == ImportRow.State.NEW
        assert decide_row(row=row, decision="skip", by=clerk).state == ImportRow.State.SKIPPED
        assert decide_row(row=row, decision="", by=clerk).state == ImportRow.State.ASK

    def test_forgets_a_decision_that_is_no_longer_offered(self, checked, clerk):
        person = StaffMemberFactory(name="张三")
        batch = checked(ROWS)
        decide_row(row=batch.rows.get(number=2), decision=f"is:{person.pk}", by=clerk)
        person.delete()
        check_batch(batch=batch, by=clerk)
        row = batch.rows.get(number=2)
        assert (row.state, row.decision) == (ImportRow.State.NEW, "")


class TestUndoBatch:
    def test_puts_back_what_was_there(self, checked, clerk, department):
        person = StaffMemberFactory(name="张三", employee_number="0012", posted_to=department)
        new = [["张三", "0012", "新科室", "科长", "新支部", DAY], ["李四", "", "新科室", "", "", DAY]]
        batch = commit_batch(batch=checked(new, create_departments=True, create_branches=True), by=clerk)
        assert (StaffMember.objects.count(), Department.objects.count(), Posting.objects.count()) == (2, 2, 3)
        undone = undo_batch(batch=batch, by=clerk)
        assert (undone.state, undone.undone_by) == ("undone", clerk)
        assert (StaffMember.objects.get(), Department.objects.get(), PartyBranch.objects.count()) == (person, department, 0)
        assert person.postings.get().ended_on is None
        with pytest.raises(WrongStepError):
            undo_batch(batch=batch, by=clerk)
        commit_batch(batch=checked(new, create_departments=True, create_branches=True), by=clerk)
        assert StaffMember.objects.count() == 2

    def test_refuses_naming_the_row_when_a_record_was_changed(self, checked, clerk):
        batch = commit_batch(batch=checked(ROWS), by=clerk)
        correct_posting(posting=Posting.objects.get(staff__name="李四"), title="副局长", by=clerk)
        with pytest.raises(UndoRefusedError, match=r"第 3 行：任职.*修改过"):
            undo_batch(batch=batch, by=clerk)
        assert StaffMember.objects.count() == 2

    def test_refuses_naming_the_row_when_a_record_is_used(self, checked, clerk):
        batch = commit_batch(batch=checked(ROWS), by=clerk)
        LeadingGroupOfficeFactory(staff=StaffMember.objects.get(name="张三"))
        with pytest.raises(UndoRefusedError, match="第 2 行：人员“张三”在导入之后已被领导小组任职"):
            undo_batch(batch=batch, by=clerk)

    def test_refuses_when_a_record_is_gone(self, checked, clerk):
        batch = commit_batch(batch=checked(ROWS), by=clerk)
        Posting.objects.filter(staff__name="张三").delete()
        with pytest.raises(UndoRefusedError, match="第 2 行：任职在导入之后已被删除"):
            undo_batch(batch=batch, by=clerk)

    def test_refuses_when_a_later_import_moved_somebody(self, checked, clerk, department):
        first = commit_batch(batch=checked(ROWS), by=clerk)
        move_staff_member(
            staff=StaffMember.objects.get(name="张三"), department=department, title="副科长", on=datetime.date(2026, 5, 1), by=clerk
        )
        with pytest.raises(UndoRefusedError) as refused:
            undo_batch(batch=first, by=clerk)
        assert len(refused.value.reasons) == 2  # the posting was ended, the person is used by the new one


class TestManyRows:
    def test_take_few_statements_to_check(self, checked, clerk, django_assert_max_num_queries):
        batch = checked([[f"职工{chr(0x4E00 + n)}", f"{n:04}", "基础教育科", "", "", DAY] for n in range(200)])
        with django_assert_max_num_queries(20):
            check_batch(batch=batch, by=clerk)
        assert batch.rows.filter(state="new").count() == 200
