import pytest

from tests.factories.pages import make_column, make_site
from tests.standing import standing


@standing()
def home():
    return make_site()


@pytest.fixture
def column(home):
    return make_column(home)
