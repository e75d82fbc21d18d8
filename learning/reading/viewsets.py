"""「读书」 in the admin: books, the month's lists, interest groups; what they save goes through the services."""

from django import forms
from django.contrib import messages
from django.shortcuts import redirect
from django.utils import timezone
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.forms.choosers import BaseFilterForm
from wagtail.admin.panels import FieldPanel, FieldRowPanel, HelpPanel, InlinePanel, MultiFieldPanel, ObjectList
from wagtail.admin.ui.tables import Column
from wagtail.admin.views import generic
from wagtail.snippets.views.chooser import ChooseResultsView, ChooseView, SnippetChooserViewSet
from wagtail.snippets.views.snippets import CreateView, EditView, IndexView, SnippetViewSet, SnippetViewSetGroup

from cms.core.viewsets import RegisterViewSet, ServiceErrorsMixin

from ..programme.people import People
from ..programme.viewsets.columns import day_column, moment_column
from .isbn import normal_isbn
from .models import Book, InterestGroup, MonthlyList
from .services.books import save_book, save_list, tidy_title
from .services.groups import save_group


class BookForm(WagtailAdminModelForm):
    """Title and ISBN as they are kept, so that a double is found before it is saved."""

    def clean_title(self):
        return tidy_title(self.cleaned_data["title"])

    def clean_isbn(self):
        return normal_isbn(self.cleaned_data["isbn"])


class BookIndexView(IndexView):
    @property
    def columns(self):
        """Without the box for acting on many at once: books are deleted one by one, and said to be used where they are."""
        return super().columns[1:]


class BookCreateView(ServiceErrorsMixin, CreateView):
    def save_instance(self):
        return save_book(book=self.form.save(commit=False), by=self.request.user)


class BookEditView(ServiceErrorsMixin, EditView):
    def save_instance(self):
        self.has_content_changes = self.form.has_changed()
        return save_book(book=self.form.save(commit=False), by=self.request.user)


class BookSearchForm(BaseFilterForm):
    """Finds a book by any part of its title, author, publisher or ISBN."""

    q = forms.CharField(label="书名、作者或 ISBN", required=False, max_length=60)

    def filter(self, objects):
        objects = super().filter(objects)
        self.search_query = self.cleaned_data["q"]
        self.is_searching = bool(self.search_query)
        return objects.find(self.search_query) if self.is_searching else objects


class _WithAuthor:
    filter_form_class = BookSearchForm

    @property
    def columns(self):
        return [*super().columns, Column("author", label="作者"), Column("isbn", label="ISBN")]


class BookChooseView(_WithAuthor, ChooseView):
    pass


class BookChooseResultsView(_WithAuthor, ChooseResultsView):
    pass


class BookChooserViewSet(SnippetChooserViewSet):
    choose_view_class = BookChooseView
    choose_results_view_class = BookChooseResultsView


class BookViewSet(SnippetViewSet):
    model = Book
    icon = "openquote"
    menu_label = "图书"
    copy_view_enabled = False
    list_per_page = 50
    chooser_per_page = 20
    index_view_class = BookIndexView
    add_view_class = BookCreateView
    edit_view_class = BookEditView
    chooser_viewset_class = BookChooserViewSet
    list_display = [
        "title",
        "author",
        "publisher",
        Column("get_area_display", label="内容领域"),
        Column("copies", label="册数", sort_key="copies"),
        "shelf_mark",
        day_column("arrived_on", "到馆日期"),
        "isbn",
    ]
    list_filter = {"area": ["exact"], "arrived_on": ["gte"], "copies": ["gte"]}
    search_fields = ["title", "author", "publisher", "isbn"]
    ordering = ["title", "id"]
    edit_handler = ObjectList(
        [
            FieldPanel("title"),
            FieldRowPanel([FieldPanel("author"), FieldPanel("publisher")]),
            FieldRowPanel([FieldPanel("isbn"), FieldPanel("area")]),
            FieldPanel("cover"),
            FieldPanel("intro"),
            MultiFieldPanel(
                [FieldRowPanel([FieldPanel("copies"), FieldPanel("shelf_mark"), FieldPanel("arrived_on")])], heading="图书阅览室"
            ),
        ],
        base_form_class=BookForm,
    )

    def get_common_view_kwargs(self, **kwargs):
        """Who uses a book is told by the database when it is deleted; the reference index knows less."""
        return super().get_common_view_kwargs(**{"usage_url_name": None, **kwargs})


class MonthlyListForm(WagtailAdminModelForm):
    publish = forms.BooleanField(
        label="保存后公布",
        required=False,
        help_text="公布以后人人看得到，年度计划里这一项也算完成；内容以后仍可修改，但不能收回。",
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.published_at:
            del self.fields["publish"]

    def clean_month(self):
        """Any day of the month will do."""
        return self.cleaned_data["month"].replace(day=1)


class _SavesList(ServiceErrorsMixin):
    def save_instance(self):
        self.has_content_changes = self.form.has_changed()
        return save_list(
            monthly_list=self.form.save(commit=False),
            publish=self.form.cleaned_data.get("publish", False),
            by=self.request.user,
            now=timezone.now(),
        )


class MonthlyListCreateView(_SavesList, generic.CreateView):
    pass


class MonthlyListEditView(_SavesList, generic.EditView):
    pass


class _RefusingDeleteView(generic.DeleteView):
    """Says why something stays, where `refusal` of it is not empty."""

    def refusal(self, record) -> str:
        raise NotImplementedError

    def run_before_hook(self):
        if refusal := self.refusal(self.object):
            messages.error(self.request, refusal)
            return redirect(self.get_success_url())
        return super().run_before_hook()


class MonthlyListDeleteView(_RefusingDeleteView):
    def refusal(self, record):
        return f"{record}已经公布，不能删除，什么都没有改动。内容有误的，请直接修改。" if record.published_at else ""


class MonthlyListViewSet(RegisterViewSet):
    """No snippet: the deletion of many snippets at once asks nobody whether a list is public already."""

    model = MonthlyList
    name = "monthly_lists"
    icon = "list-ul"
    menu_label = "每月推荐书目"
    inspect_view_enabled = False
    add_view_class = MonthlyListCreateView
    edit_view_class = MonthlyListEditView
    delete_view_class = MonthlyListDeleteView
    list_display = ["__str__", moment_column("published_at", "公布时间")]
    ordering = ["-month"]
    edit_handler = ObjectList(
        [
            FieldPanel("month"),
            FieldPanel("intro"),
            InlinePanel(
                "listed_books",
                label="推荐的书",
                heading="推荐的书",
                panels=[FieldPanel("book"), FieldPanel("reason"), FieldPanel("audience")],
            ),
            FieldPanel("publish"),
        ],
        base_form_class=MonthlyListForm,
    )


class InterestGroupForm(WagtailAdminModelForm):
    """People are offered with their departments: two may have one name."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        people = People(timezone.localdate(), frozenset(filter(None, (self.instance.patron_id, self.instance.leader_id))))
        for role in ("patron", "leader"):
            self.fields[role].choices = [("", "还没有定"), *people.choices]


class _SavesGroup(ServiceErrorsMixin):
    def save_instance(self):
        self.has_content_changes = self.form.has_changed()
        return save_group(group=self.form.save(commit=False), by=self.request.user, today=timezone.localdate())


class InterestGroupCreateView(_SavesGroup, generic.CreateView):
    pass


class InterestGroupEditView(_SavesGroup, generic.EditView):
    pass


class InterestGroupDeleteView(_RefusingDeleteView):
    def refusal(self, record):
        is_used = record.memberships.exists() or record.reflections.exists()
        return f"“{record}”已有成员或心得，不能删除，什么都没有改动。不再活动的，请填停止日期。" if is_used else ""


class InterestGroupViewSet(RegisterViewSet):
    """Shelf and next meeting are kept on the front end, where the leader keeps them, too."""

    model = InterestGroup
    name = "interest_groups"
    icon = "group"
    menu_label = "学习兴趣小组"
    inspect_view_enabled = False
    add_view_class = InterestGroupCreateView
    edit_view_class = InterestGroupEditView
    delete_view_class = InterestGroupDeleteView
    list_display = ["name", "patron", "leader", day_column("closed_on", "停止日期")]
    search_fields = ["name", "purpose", "leader__name"]
    edit_handler = ObjectList(
        [
            FieldPanel("name"),
            FieldPanel("purpose"),
            FieldRowPanel([FieldPanel("patron"), FieldPanel("leader")]),
            FieldPanel("closed_on"),
            HelpPanel("<p>书架、下次活动在前台的小组页面上维护，组长自己就可以改。</p>"),
        ],
        base_form_class=InterestGroupForm,
    )


class ReadingViewSetGroup(SnippetViewSetGroup):
    """Registered by `register_snippet`: one of the three is a snippet."""

    menu_label = "读书"
    menu_name = "reading"
    menu_icon = "openquote"
    menu_order = 495
    items = (BookViewSet, MonthlyListViewSet, InterestGroupViewSet)
