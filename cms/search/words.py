import rjieba

from .text import Unit, is_cjk, runs

SHORTEST_SENTENCE = 4  # Chinese characters: shorter queries are words or fragments already


def words_of(units: list[Unit]) -> list[Unit]:
    """A long unspaced query that matches nothing as written, cut into dictionary words; empty where there is nothing to cut."""
    if not any(is_cjk(run) and len(run) >= SHORTEST_SENTENCE for unit in units for run in unit.runs):
        return []
    pieces = [run for unit in units for part in unit.runs for word in rjieba.cut(part) for run in runs(word)]
    words = [piece for piece in dict.fromkeys(pieces) if len(piece) > 1]
    return [Unit((word,)) for word in words] if len(words) > 1 else []
