import pytest

from cms.core.characters import count_characters


class TestCountCharacters:
    @pytest.mark.parametrize(
        ("text", "number"), [("", 0), ("  \n", 0), ("调研报告。", 5), ("2026年3月", 4), ("用 Word 写", 3), ("𠮷野", 2), ("“好”……", 5)]
    )
    def test_counts_as_word_does(self, text, number):
        assert count_characters(text) == number
