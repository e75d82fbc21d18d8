from wagtail.admin.forms import WagtailAdminPageForm

from .slugs import free_slug


class BasePageForm(WagtailAdminPageForm):
    """An editor who leaves the address empty gets the pinyin of the title: a Chinese title has no other ASCII form."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "slug" in self.fields:
            self.fields["slug"].required = False
            self.fields["slug"].help_text = "网址里的名字。留空则按标题的拼音生成。"

    def clean_slug(self):
        slug = self.cleaned_data["slug"]
        title = self.cleaned_data.get("title", "")
        return slug if slug or not title else free_slug(title, parent=self.parent_page)
