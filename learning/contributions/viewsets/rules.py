from cms.core.viewsets import RegisterViewSet

from ..models import RuleSet


class RuleSetViewSet(RegisterViewSet):
    model = RuleSet
    icon = "list-ol"
    menu_label = "计分规则"
    form_fields = ["name", "effective_from", "basis", "use"]
