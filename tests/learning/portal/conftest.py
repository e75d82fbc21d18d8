from tests.factories.bureau import make_bureau
from tests.standing import standing


@standing()
def bureau():
    return make_bureau()
