from django.contrib import messages
from django.shortcuts import redirect
from wagtail.admin.panels import FieldPanel, FieldRowPanel, InlinePanel, ObjectList
from wagtail.admin.ui.tables import Column
from wagtail.admin.views import generic

from cms.core.viewsets import RegisterViewSet, ServiceErrorsMixin

from ...programme.viewsets.columns import day_column
from ..models import Outlet
from ..services.outlets import save_outlet, why_kept


class _Saves(ServiceErrorsMixin):
    def save_instance(self):
        self.has_content_changes = self.form.has_changed()
        return save_outlet(outlet=self.form.save(commit=False), by=self.request.user)


class OutletCreateView(_Saves, generic.CreateView):
    pass


class OutletEditView(_Saves, generic.EditView):
    pass


class OutletDeleteView(generic.DeleteView):
    """Says why an outlet stays that something names."""

    def run_before_hook(self):
        if refusal := why_kept(self.object):
            messages.error(self.request, refusal)
            return redirect(self.get_success_url())
        return super().run_before_hook()


class OutletViewSet(RegisterViewSet):
    """No snippet: the deletion of many at once asks nobody whether they are used."""

    model = Outlet
    name = "outlets"
    icon = "globe"
    menu_label = "媒体"
    inspect_view_enabled = False
    add_view_class = OutletCreateView
    edit_view_class = OutletEditView
    delete_view_class = OutletDeleteView
    list_display = [
        "name",
        Column("get_medium_display", label="类别", sort_key="medium"),
        Column("is_key", label="权威（重点）", accessor=lambda outlet: "是" if outlet.is_key else "—"),
        day_column("closed_on", "停办日期"),
    ]
    list_filter = ["medium", "is_key"]
    search_fields = ["name", "names__text"]
    ordering = ["name", "id"]
    edit_handler = ObjectList(
        [
            FieldPanel("name"),
            FieldRowPanel([FieldPanel("medium"), FieldPanel("is_key"), FieldPanel("closed_on")]),
            InlinePanel(
                "grades",
                label="级别",
                heading="级别",
                help_text="升级、降级的，加一行并填从哪天起；以前的采用不变。",
                panels=[FieldRowPanel([FieldPanel("level"), FieldPanel("weight_class"), FieldPanel("since")])],
                min_num=1,
            ),
            InlinePanel(
                "names",
                label="别名或网址域名",
                heading="别名和网址域名",
                help_text="粘贴的文字里写着它，或网址在这个域名下，就认得出是这家媒体。域名写 sample.cn 这样，它下面的网址都算。",
                panels=[FieldPanel("text")],
            ),
            FieldPanel("note"),
        ]
    )
