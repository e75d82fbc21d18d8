"""批准 and 退回 on the screen where a page under review is read.

Such a page is locked for everybody, and on a locked page Wagtail leaves out its own buttons: they go through the form that is locked.
"""

from django import forms
from wagtail.admin.action_menu import WorkflowMenuItem

ORDER = ("approve", "reject")
ICONS = {"approve": "success", "reject": "error"}


class DecisionMenuItem(WorkflowMenuItem):
    """Goes straight to the view that decides."""

    template_name = "review/decision_menu_item.html"

    def __init__(self, name, label, launch_modal):
        super().__init__(name, label, launch_modal, icon_name=ICONS.get(name, "edit"))

    @property
    def media(self):
        return forms.Media(js=[forms.Script("wagtailadmin/js/workflow-action.js", **{"data-activate": "dashboard"})])


def decisions(user, context) -> list[DecisionMenuItem]:
    """What `user` may decide on the locked page of `context`, approval first; empty for everybody else and on every other screen."""
    page = context.get("page")
    if page is None or context["view"] != "edit" or not context["locked_for_user"] or page.current_workflow_task is None:
        return []
    actions = page.current_workflow_task.specific.get_actions(page, user)
    return [
        DecisionMenuItem(*action)
        for action in sorted(actions, key=lambda action: ORDER.index(action[0]) if action[0] in ORDER else len(ORDER))
    ]
