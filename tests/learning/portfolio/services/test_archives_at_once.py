"""Two nodes at one archive, in earnest: each with a connection of its own."""

import threading

import pytest
from django.db import connection

from learning.models import StaffMember, YearArchive
from learning.portfolio.packaging import pdf
from learning.portfolio.services import archives
from learning.portfolio.services.archives import Clock, ask_for_archive, carry_on
from tests.factories.bureau import make_bureau
from tests.factories.programme import at

pytestmark = pytest.mark.django_db(transaction=True)
NOW = at(2026, 12, 20, 9)


def test_each_part_is_made_once(monkeypatch):
    monkeypatch.setattr(pdf, "weasyprint", None)
    bureau, begun, made = make_bureau(), threading.Barrier(2, timeout=30), []
    archive = ask_for_archive(year=2026, by=bureau.clerk.user, now=NOW)
    packed, write = [], archives.write_package

    def counted(stream, content, **facts):
        packed.append(content.year.staff_id)
        return write(stream, content, **facts)

    monkeypatch.setattr(archives, "write_package", counted)

    def node():
        try:
            begun.wait()
            made.append(carry_on(archive.pk, clock=Clock(NOW)))
        finally:
            connection.close()

    nodes = [threading.Thread(target=node) for _ in range(2)]
    for one in nodes:
        one.start()
    for one in nodes:
        one.join()
    assert sorted(made) == [0, archive.total]
    assert sorted(packed) == sorted(StaffMember.objects.values_list("pk", flat=True))
    done = YearArchive.objects.get()
    assert (done.state, done.done) == ("done", archive.total)
