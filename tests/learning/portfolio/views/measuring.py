"""What a page costs."""

from django.db import connection
from django.test.utils import CaptureQueriesContext

READS = ("SELECT", "SAVEPOINT", "RELEASE")


def statements(client, address) -> int:
    """How many a look at a page takes once the cache is filled; nothing is written."""
    b"".join(client.get(address))
    with CaptureQueriesContext(connection) as found:
        answer = client.get(address)
        b"".join(answer)
    assert answer.status_code == 200, address
    assert [one["sql"] for one in found if not one["sql"].lstrip(" (\n").startswith(READS)] == []
    return len(found)
