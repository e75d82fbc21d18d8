"""Who may publish: where a page goes through review, only the review publishes (R59)."""

from wagtail.models import PagePermissionTester


class ReviewedPagePermissionTester(PagePermissionTester):
    """Wagtail's rights, except that nobody publishes past a review, at any door that asks this (editor, bulk action, copy, move).

    Withdrawing a page stays possible: taking a mistake off the site cannot wait for three people.
    """

    def can_publish(self):
        return super().can_publish() and not self.page.has_workflow

    def can_publish_subpage(self):
        return super().can_publish_subpage() and not self.page.has_workflow

    def can_delete(self, ignore_bulk=False):
        """A draft belongs to whoever began it: others may correct it, only its owner and whoever may publish throws it away."""
        is_trusted = self.user.is_superuser or self.page.owner_id == self.user.pk or "publish" in self.permissions
        return is_trusted and super().can_delete(ignore_bulk)

    # Privacy and the withdrawal of a date go with the right to publish, not with the act.
    def can_set_view_restrictions(self):
        return super().can_publish()

    def can_unschedule(self):
        return super().can_publish()
