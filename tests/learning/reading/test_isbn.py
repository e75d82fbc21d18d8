import pytest
from django.core.exceptions import ValidationError
from hypothesis import given, settings
from hypothesis import strategies as st

from learning.reading.isbn import check_digit_of, normal_isbn

nine = st.text("0123456789", min_size=9, max_size=9)


def ten_of(first_nine: str) -> str:
    total = sum(int(digit) * weight for digit, weight in zip(first_nine, range(10, 1, -1), strict=True))
    return first_nine + "0123456789X"[-total % 11]


def thirteen_of(first_nine: str, prefix="978") -> str:
    return prefix + first_nine + check_digit_of(prefix + first_nine)


def refused(written) -> bool:
    try:
        normal_isbn(written)
    except ValidationError:
        return True
    return False


class TestNormalIsbn:
    @pytest.mark.parametrize(
        "written",
        [
            "978-7-02-000220-7",
            "9787020002207",
            "ISBN 978-7-02-000220-7",
            "ISBN：9787020002207",
            "９７８７０２０００２２０７",
            "978–7–02–000220–7",
        ],
    )
    def test_reads_every_usual_spelling(self, written):
        assert normal_isbn(written) == "9787020002207"

    @pytest.mark.parametrize("empty", ["", "  ", None, "-"])
    def test_leaves_empty_what_is_empty(self, empty):
        assert normal_isbn(empty) == ""

    @pytest.mark.parametrize("written", ["9787020002200", "7020002201", "7-02", "123456789012", "9777020002207", "有书号", "978702000220X"])
    def test_refuses_the_rest_with_a_remedy(self, written):
        with pytest.raises(ValidationError, match="对照书的封底改正，或留空"):
            normal_isbn(written)

    @settings(max_examples=60)
    @given(nine)
    def test_makes_thirteen_digits_of_ten(self, first_nine):
        assert normal_isbn(ten_of(first_nine)) == thirteen_of(first_nine)

    @settings(max_examples=60)
    @given(nine, st.integers(0, 12), st.integers(1, 9), st.sampled_from(["978", "979"]))
    def test_refuses_one_wrong_digit_of_thirteen(self, first_nine, at, off, prefix):
        right = thirteen_of(first_nine, prefix)
        assert normal_isbn(right) == right
        assert refused(right[:at] + str((int(right[at]) + off) % 10) + right[at + 1 :])

    @settings(max_examples=60)
    @given(nine, st.integers(3, 11))
    def test_refuses_two_transposed_digits_of_thirteen_unless_five_apart(self, first_nine, at):
        """Weights one and three tell neighbours apart, but not where they differ by five: 2·5 is 10."""
        right = thirteen_of(first_nine)
        before, after = right[at], right[at + 1]
        swapped = right[:at] + after + before + right[at + 2 :]
        assert refused(swapped) == ((int(before) - int(after)) % 5 != 0)

    @settings(max_examples=60)
    @given(nine, st.integers(0, 8), st.integers(1, 9))
    def test_refuses_one_wrong_digit_of_ten(self, first_nine, at, off):
        right = ten_of(first_nine)
        assert refused(right[:at] + str((int(right[at]) + off) % 10) + right[at + 1 :])

    @settings(max_examples=60)
    @given(nine, st.integers(0, 7))
    def test_refuses_any_two_transposed_digits_of_ten(self, first_nine, at):
        right = ten_of(first_nine)
        swapped = right[:at] + right[at + 1] + right[at] + right[at + 2 :]
        assert refused(swapped) == (swapped != right)
