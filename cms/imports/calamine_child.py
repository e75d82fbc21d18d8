"""Run as a program of its own: a workbook on standard input, its sheets as JSON on standard output.

A parser can be made to ask for more memory than the machine has, and then takes its process along; so it gets one of its own, with
limits. Knows nothing of Django.
"""

import contextlib
import datetime
import io
import json
import math
import sys

import python_calamine

try:
    import resource
except ImportError:  # Windows, a newcomer's machine
    resource = None

MEMORY = 1024 * 1024 * 1024
SECONDS = 20
FILLED_DOWN = 20_000  # cells that vertical merges may fill


def limit_resources():
    if resource is None:
        return
    with contextlib.suppress(ValueError, OSError):  # not every system knows both
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))


def as_json(value):
    """Dates as ISO text, whole floats as they are, everything else JSON knows; no NaN."""
    if isinstance(value, datetime.datetime):
        return value.date().isoformat() if value.time() == datetime.time() else value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    if isinstance(value, datetime.timedelta):
        return str(value)
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value


def fill_down(rows, ranges, *, width):
    """A cell merged over several rows (a department over its people) counts for each of them."""
    left = FILLED_DOWN
    for (top, first), (bottom, last) in ranges or ():
        if first != last or first >= width:
            continue
        for row in range(top + 1, min(bottom, len(rows) - 1) + 1):
            left -= 1
            if left < 0:
                return
            if rows[row][first] == "":
                rows[row][first] = rows[top][first]


def read(data, *, wanted, max_rows, max_columns):
    with python_calamine.load_workbook(io.BytesIO(data)) as book:
        sheets = [
            {"name": sheet.name, "hidden": sheet.visible != python_calamine.SheetVisibleEnum.Visible}
            for sheet in book.sheets_metadata
            if sheet.typ == python_calamine.SheetTypeEnum.WorkSheet
        ]
        names = [sheet["name"] for sheet in sheets]
        if not names:
            return {"error": "empty"}
        if wanted is None:
            wanted = next((sheet["name"] for sheet in sheets if not sheet["hidden"]), names[0])
        if wanted not in names:
            return {"error": "sheet", "sheets": sheets}
        sheet = book.get_sheet_by_name(wanted)
        if sheet.end is None:
            return {"sheets": sheets, "sheet": wanted, "rows": []}
        height, width = sheet.end[0] + 1, sheet.end[1] + 1
        if height > max_rows or width > max_columns:
            return {"error": "extent", "sheets": sheets, "sheet": wanted, "height": height, "width": width}
        rows = [[as_json(cell) for cell in row] for row in sheet.to_python(skip_empty_area=False)]
        fill_down(rows, sheet.merged_cell_ranges, width=width)
        return {"sheets": sheets, "sheet": wanted, "rows": rows}


def main():
    limit_resources()
    asked = json.loads(sys.argv[1])
    try:
        answer = read(sys.stdin.buffer.read(), **asked)
    except python_calamine.PasswordError:
        answer = {"error": "password"}
    except MemoryError:
        answer = {"error": "memory"}
    except Exception as error:  # calamine raises many kinds on broken files
        answer = {"error": "password" if "password" in str(error).lower() else "broken"}
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    main()
