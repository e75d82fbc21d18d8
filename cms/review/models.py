from wagtail.models import AbstractGroupApprovalTask

from .rules import may_decide, require_may_decide


class ReviewTask(AbstractGroupApprovalTask):
    """One stage of 初审 → 复审 → 终审: members of the stage's groups decide, but never on their own work or twice.

    A superuser is bound like everybody else: signing for two people is what the stages are there to prevent.
    """

    class Meta:
        verbose_name = "审核环节"
        verbose_name_plural = "审核环节"

    def locked_for_user(self, obj, user):
        """Nobody edits what is under review: whoever corrected it would be an author and could not approve. Return it instead."""
        return True

    def user_can_access_editor(self, obj, user):
        return self._user_in_groups(user)

    def get_actions(self, obj, user):
        if self._user_in_groups(user) and may_decide(obj, user):
            return super().get_actions(obj, user)
        return []

    def on_action(self, task_state, user, action_name, **kwargs):
        """The last door: whatever view, bulk action or form asked."""
        if action_name == "approve":
            require_may_decide(task_state, user, in_groups=self._user_in_groups(user))
        return super().on_action(task_state, user, action_name, **kwargs)

    @classmethod
    def get_description(cls):
        return "所选用户组的成员审核；作者本人和已在前面环节审核过的人不能再审。"
