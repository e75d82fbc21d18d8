"""One package read back by two in the same moment."""

import io

import pytest

from learning.models import Department, FileLock, RestoredFile, StaffMember
from learning.portfolio.packaging.building import private
from learning.portfolio.services.restoring import restore
from tests.factories.pages import make_user
from tests.factories.programme import at
from tests.learning.contributions.services.test_articles_at_once import at_once, refused
from tests.learning.portfolio.contents import content, package

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("number", ["0012", ""])
def test_makes_one_person(number):
    clerk, data = make_user("dangwei", display_name="方景行"), package(content(number=number))
    kept = set(private().listdir("restored")[1]) if private().exists("restored") else set()
    outcomes = at_once(*[lambda: restore(io.BytesIO(data), by=clerk, now=at(2027, 3, 1, 9))] * 2)
    assert refused(outcomes) == 1
    counts = [model.objects.count() for model in (StaffMember, FileLock, RestoredFile)]
    assert counts == [1, 1, 1]
    assert Department.objects.filter(name="人事科").count() == 1
    assert len(set(private().listdir("restored")[1]) - kept) == 1
