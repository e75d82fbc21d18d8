import sqlite3

from django.conf import settings
from django.core.checks import Warning as CheckWarning
from django.core.checks import register


def has_wal_reset_bug(version: tuple[int, int, int]) -> bool:
    """SQLite 3.7.0 to 3.51.2 may corrupt a WAL database in a rare race; 3.44.6 and 3.50.7 have the fix back-ported."""
    if version >= (3, 51, 3):
        return False
    return not ((3, 44, 6) <= version < (3, 45, 0) or (3, 50, 7) <= version < (3, 51, 0))


@register("security", deploy=True)
def check_sqlite_version(app_configs, **_kwargs):
    """Names the risk at deployment; `security.silenced` in settings if the bureau has weighed it."""
    if settings.DATABASES["default"]["ENGINE"] != "django.db.backends.sqlite3" or not has_wal_reset_bug(sqlite3.sqlite_version_info):
        return []
    return [
        CheckWarning(
            f"SQLite {sqlite3.sqlite_version} 有一个极少见的 WAL 损坏缺陷。",
            hint="换用 PostgreSQL（设置 DATABASE_URL），或使用带 SQLite 3.51.3 以上的 Python；并保证每天备份。",
            id="core.W001",
        )
    ]
