from wagtail.admin.forms import WagtailAdminPageForm

from .slugs import free_slug
from .stale_drafts import StaleDraftMixin


class BasePageForm(StaleDraftMixin, WagtailAdminPageForm):
    """An editor who leaves the address empty gets the pinyin of the title, and pinyin for Chinese characters typed there."""

    class Media:
        js = ("js/submit_after_autosave.js",)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "slug" in self.fields:
            self.fields["slug"].required = False
            self.fields["slug"].help_text = "网址里的名字，用小写字母、数字和连字符。留空则按标题的拼音生成，汉字会换成拼音。"

    def clean_slug(self):
        slug = self.cleaned_data["slug"]
        wanted = slug or self.cleaned_data.get("title", "")
        return slug if slug.isascii() and (slug or not wanted) else free_slug(wanted, parent=self.parent_page)
