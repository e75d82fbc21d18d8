import pytest

from learning.programme.roll_forms import RollForm

PAGE = {"version": "3", "default": "present", "seen": "12=duty 15=late"}


def marks_of(**posted):
    form = RollForm(PAGE | {name.replace("_", "-"): value for name, value in posted.items()})
    assert form.is_valid(), form.errors
    return form


class TestRollForm:
    def test_takes_only_taps_for_marks(self):
        form = marks_of(mark_11="present", mark_12="duty", mark_13="absent", mark_15="present")
        assert form.marks == {13: "absent", 15: "present"}
        assert form.seen_statuses == {13: "unrecorded", 15: "late"}

    def test_asks_for_the_rest_only_where_people_sign_for_themselves(self):
        assert marks_of().rest == "present"
        for ticked, rest in ({}, "unrecorded"), ({"rest_is_present": "on"}, "present"):
            form = RollForm(PAGE | {"default": "unrecorded"} | ticked)
            assert form.is_valid()
            assert form.rest == rest

    @pytest.mark.parametrize("broken", [{"version": "x"}, {"version": ""}, {"version": "9" * 30}, {"default": "absent"}, {"mark-1": "ill"}])
    def test_refuses_a_page_that_is_not_ours(self, broken):
        assert not RollForm(PAGE | broken).is_valid()

    def test_passes_over_names_that_are_no_marks(self):
        form = RollForm(PAGE | {"mark-": "absent", "mark-0": "absent", "mark-x": "absent", "mark-٣": "absent", "marks-1": "absent"})
        assert form.is_valid()
        assert form.marks == {}
