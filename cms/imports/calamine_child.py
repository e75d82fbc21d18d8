"""Run as a program of its own: a workbook on standard input; on standard output one line of JSON with its sheets or an error, then one
a row, then one that says that these were all.

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


def filled_down(rows, ranges):
    """A cell merged over several rows (a department over its people) counts for each of them."""
    fills, left = {}, FILLED_DOWN
    for (top, first), (bottom, last) in ranges or ():
        if first == last and left > 0:
            count = min(bottom - top, left)
            left -= count
            for row in range(top + 1, top + 1 + count):
                fills.setdefault(row, []).append((first, top))
    tops = {place for places in fills.values() for place in places}
    columns = {}
    for column, top in tops:
        columns.setdefault(top, []).append(column)
    values = {}
    for number, row in enumerate(rows):
        for column in columns.get(number, ()):
            if column < len(row):
                values[column, number] = row[column]
        for place in fills.get(number, ()):
            if place[0] < len(row) and row[place[0]] == "":
                row[place[0]] = values.get(place, "")
        yield row


def read(data, *, wanted, max_rows, max_columns):
    with python_calamine.load_workbook(io.BytesIO(data)) as book:
        sheets = [
            {"name": sheet.name, "hidden": sheet.visible != python_calamine.SheetVisibleEnum.Visible}
            for sheet in book.sheets_metadata
            if sheet.typ == python_calamine.SheetTypeEnum.WorkSheet
        ]
        names = [sheet["name"] for sheet in sheets]
        if not names:
            yield {"error": "empty"}
            return
        if wanted is None:
            wanted = next((sheet["name"] for sheet in sheets if not sheet["hidden"]), names[0])
        if wanted not in names:
            yield {"error": "sheet"}
            return
        sheet = book.get_sheet_by_name(wanted)
        if sheet.end is None:
            yield {"sheets": sheets, "sheet": wanted}
            return
        height, width = sheet.end[0] + 1, sheet.end[1] + 1
        if height > max_rows or width > max_columns:
            yield {"error": "extent", "height": height}
            return
        yield {"sheets": sheets, "sheet": wanted}
        before = [""] * sheet.start[1]  # rows are told from the first column with content on
        yield from filled_down((before + [as_json(cell) for cell in row] for row in sheet.iter_rows()), sheet.merged_cell_ranges)


def main():
    limit_resources()
    asked = json.loads(sys.argv[1])
    try:
        for line in read(sys.stdin.buffer.read(), **asked):
            tell(line)
        tell({"end": True})
    except python_calamine.PasswordError:
        tell({"error": "password"})
    except MemoryError:
        tell({"error": "memory"})
    except Exception as error:  # calamine raises many kinds on broken files
        tell({"error": "password" if "password" in str(error).lower() else "broken"})


def tell(line):
    sys.stdout.write(json.dumps(line) + "\n")


if __name__ == "__main__":
    main()
