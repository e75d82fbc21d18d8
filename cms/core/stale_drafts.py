"""Two editors with one page open: the second to save is told that there is a newer draft, and decides, before it is covered.

Wagtail warns too, but by a look every ten seconds (and with every autosave), so it misses whoever saves in between.
"""

from django import forms
from django.utils import timezone


class StaleDraftMixin:
    """For a page form. The screen that shows the refusal knows the newer draft, so saving there once more is the answer "mine holds"."""

    newer_draft = None

    def clean(self):
        cleaned = super().clean()
        self.newer_draft = newer = self._draft_of_somebody_else()
        if newer:
            who = newer.user.get_full_name() if newer.user else "系统"
            self.add_error(
                None,
                f"您打开这个页面之后，{who}在 {timezone.localtime(newer.created_at):%H:%M} 保存了新的一稿，您的修改还没有保存。"
                "请先在“历史”里看那一稿；如果要以您这里的内容为准，请再保存一次，那一稿仍留在历史里。",
            )
        return cleaned

    @property
    def media(self):
        media = super().media
        if self.newer_draft:
            # Autosave would give that answer by itself, before anybody has read the question.
            media += forms.Media(js=["js/hold_autosave.js"])
        return media

    def _draft_of_somebody_else(self):
        """The latest draft, where it is not the one this form was filled from nor an (auto)save of the same person since."""
        latest = self.instance.latest_revision if self.instance.pk else None
        loaded = self.data.get("loaded_revision_id")
        if latest is None or not loaded or (self.for_user and latest.user_id == self.for_user.pk):
            return None
        is_the_loaded = loaded == str(latest.pk) and self.data.get("loaded_revision_created_at") == latest.created_at.isoformat()
        return None if is_the_loaded else latest
