import pytest

from tests.factories.pages import make_column, make_site


@pytest.fixture
def home(db):
    return make_site()


@pytest.fixture
def column(home):
    return make_column(home)
