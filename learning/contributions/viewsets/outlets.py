from cms.core.viewsets import RegisterViewSet

from ..models import Outlet


class OutletViewSet(RegisterViewSet):
    model = Outlet
    icon = "globe"
    menu_label = "媒体"
    form_fields = ["name", "medium", "is_key", "closed_on", "note"]
