"""What a killed run, a forgotten preview or a failed reading left in the storage."""

import datetime

from ..models import ArchivePart, RestoredFile, YearArchive
from ..packaging.building import private

ONE_DAY = datetime.timedelta(days=1)
CHUNK = 500
KEPT_BY = {"archives": (YearArchive, ArchivePart), "restored": (RestoredFile,)}


def clear_leftovers(now: datetime.datetime) -> str:
    """For a job every day: files a day old that no row names."""
    cleared = 0
    for folder, models in KEPT_BY.items():
        if not private().exists(folder):
            continue
        _folders, names = private().listdir(folder)
        old = [path for name in names if _is_before(path := f"{folder}/{name}", now - ONE_DAY)]
        for start in range(0, len(old), CHUNK):
            some = old[start : start + CHUNK]
            known = {name for model in models for name in model.objects.filter(file__in=some).values_list("file", flat=True)}
            for path in set(some) - known:
                private().delete(path)
                cleared += 1
    return f"清理 {cleared} 个文件"


def _is_before(path: str, moment: datetime.datetime) -> bool:
    try:
        return private().get_modified_time(path) < moment
    except FileNotFoundError:
        return False
