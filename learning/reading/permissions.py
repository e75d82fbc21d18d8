"""Who may do what with a reflection in the page editor: nobody writes, reviews or publishes it there."""

from cms.core.permissions import ReviewedPagePermissionTester


class ReflectionPagePermissionTester(ReviewedPagePermissionTester):
    """Taking one off the site stays with whoever may withdraw pages; text, review and consent are the front end's."""

    def can_edit(self):
        return False

    def can_publish(self):
        return False

    def can_submit_for_moderation(self):
        return False

    def can_set_view_restrictions(self):
        return False

    def can_copy(self):
        return False

    def can_move(self):
        return False

    def can_view_revisions(self):
        return False

    def can_delete(self, ignore_bulk=False):
        """Rounds and scores stand on it."""
        return False

    def can_lock(self):
        return False

    def can_unschedule(self):
        return False
