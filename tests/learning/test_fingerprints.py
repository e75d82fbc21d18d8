import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from learning.fingerprints import GRAM, ONE_IN, fingerprints, numbered_fingerprints, of_source, plain
from tests.learning.reading.likeness.texts import paragraphs


class TestPlain:
    @pytest.mark.parametrize("text", ["读 书，使人充实！", "读书使人充实", "读\u200b书　使人“充实”", "读书\n使人\t充实。"])
    def test_is_the_same_whatever_stands_between_the_characters(self, text):
        assert plain(text) == "读书使人充实"

    def test_makes_full_width_letters_and_capitals_plain(self):
        assert plain("ＷＰＳ Ｏｆｆｉｃｅ ２０２６") == "wpsoffice2026"

    @given(st.text(max_size=60))
    @settings(max_examples=60)
    def test_changes_nothing_the_second_time(self, text):
        assert plain(plain(text)) == plain(text)


class TestFingerprints:
    def test_are_about_one_in_eight_and_fit_the_column(self):
        text = plain("".join(paragraphs(1)))
        numbers = fingerprints(text)
        assert 0.6 < len(numbers) * ONE_IN / len(text) < 1.4
        assert all(0 <= number < 2**29 and -(2**31) <= of_source(number) < 0 for number in numbers)

    def test_of_a_part_are_those_of_the_whole(self):
        text = plain("".join(paragraphs(2)))
        part = fingerprints(text[300:600])
        assert part
        assert part <= fingerprints(text)

    @given(st.text(alphabet="学习读书体会工作𠀀a1", max_size=80), st.integers(0, 80))
    @settings(max_examples=60)
    def test_say_where_they_stand(self, text, shift):
        moved = {(begin + shift, number) for begin, number in numbered_fingerprints(text)}
        assert moved <= set(numbered_fingerprints("的" * shift + text))

    @pytest.mark.parametrize("text", ["", "读" * (GRAM - 1)])
    def test_are_none_of_what_is_shorter_than_a_gram(self, text):
        assert not fingerprints(text)
