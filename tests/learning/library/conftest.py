import pytest

from tests.factories.pages import make_column, make_site
from tests.standing import standing


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path / "media")
    return tmp_path / "media"


@standing()
def column():
    home = make_site()
    make_column(home, "通知公告", "tongzhigonggao")
    return make_column(home)
