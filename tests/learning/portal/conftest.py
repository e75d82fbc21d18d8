import pytest

from tests.factories.bureau import make_bureau


@pytest.fixture
def bureau(db):
    return make_bureau()
