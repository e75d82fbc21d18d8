"""What was measured, as tables to read in a terminal and to paste into a document."""

import unicodedata


def width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def table(headings: list[str], rows: list[list]) -> str:
    cells = [[str(cell) for cell in row] for row in [headings, *rows]]
    widths = [max(map(width, column)) for column in zip(*cells, strict=True)]
    lines = ["| " + " | ".join(cell + " " * (wide - width(cell)) for cell, wide in zip(row, widths, strict=True)) + " |" for row in cells]
    lines.insert(1, "| " + " | ".join("-" * wide for wide in widths) + " |")
    return "\n".join(lines)


def show(title: str, headings: list[str], rows: list[list], *notes: str) -> None:
    print(f"\n## {title}\n\n{table(headings, rows)}")
    for note in notes:
        print(f"\n{note}")
    print(flush=True)


def milliseconds(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}"


def ratio(value: float, base: float) -> str:
    return f"× {value / base:.2f}" if base else "–"


def against_budget(statements: int, budget: int | None) -> str:
    if budget is None:
        return str(statements)
    return f"{statements} of {budget}" + (" OVER BUDGET" if statements > budget else "")
