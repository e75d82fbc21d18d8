"""ISBN as ISO 2108 has it: ten digits with a check digit modulo 11, thirteen with one modulo 10. Kept as thirteen digits."""

import re
import unicodedata

from django.core.exceptions import ValidationError

SEPARATORS = re.compile(r"[\s\-‐‑–—]")


def check_digit_of(first_twelve: str) -> str:
    weighted = sum(int(digit) * (3 if position % 2 else 1) for position, digit in enumerate(first_twelve))
    return str(-weighted % 10)


def _is_ten(text: str) -> bool:
    values = [10 if digit == "X" else int(digit) for digit in text]
    return sum(value * weight for value, weight in zip(values, range(10, 0, -1), strict=True)) % 11 == 0


def normal_isbn(text: str) -> str:
    """Thirteen digits of what somebody typed (hyphens, blanks, full-width digits, ten digits); empty stays empty. Raises ValidationError."""
    digits = SEPARATORS.sub("", unicodedata.normalize("NFKC", text or "")).upper().removeprefix("ISBN").lstrip(":")
    if not digits:
        return ""
    if re.fullmatch(r"\d{9}[\dX]", digits) and _is_ten(digits):
        first = f"978{digits[:9]}"
        return first + check_digit_of(first)
    if not re.fullmatch(r"97[89]\d{10}", digits):
        if re.fullmatch(r"\d{9}[\dX]", digits):
            raise ValidationError(f"ISBN“{text}”的校验位不对，请对照书的封底改正，或留空。", code="isbn")
        raise ValidationError(f"“{text}”不是 ISBN：应为 13 位（978 或 979 开头）或 10 位数字。请对照书的封底改正，或留空。", code="isbn")
    if check_digit_of(digits[:12]) != digits[12]:
        raise ValidationError(f"ISBN“{text}”的校验位不对，请对照书的封底改正，或留空。", code="isbn")
    return digits


def validate_isbn(text: str) -> None:
    normal_isbn(text)
