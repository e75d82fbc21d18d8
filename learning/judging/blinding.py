"""What a judge reads names nobody."""

import re
from collections.abc import Iterable

MASK = "□"


def blind(text: str, names: Iterable[str]) -> str:
    """`text` with every one of `names` blacked out, which some write into title or text; the longest first. A name of one character, or of
    plain letters, would black out half the text."""
    hidden = sorted({name for name in names if len(name) > 1 and not name.isascii()}, key=len, reverse=True)
    if not hidden:
        return text
    return re.sub("|".join(map(re.escape, hidden)), lambda found: MASK * len(found[0]), text)
