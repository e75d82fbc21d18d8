from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.http import Http404
from django.utils.functional import cached_property
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.contrib.settings.models import BaseSiteSetting, register_setting
from wagtail.models import BaseViewRestriction, Page, PageManager, PageViewRestriction
from wagtail.url_routing import RouteResult

from .forms import BasePageForm
from .permissions import ReviewedPagePermissionTester
from .visibility import VisibilityQuerySet

BasePageManager = PageManager.from_queryset(VisibilityQuerySet)


class BasePage(Page):
    """What every page type of the site stands on: deny by default, cheap routing, one visibility question.

    A page type is readable by signed-in staff only, unless it says `public_by_default = True` or an editor opens the page.
    """

    public_by_default = False

    objects = BasePageManager()
    base_form_class = BasePageForm
    # Foreign keys that the page's template shows: fetched in the statement that fetches the page.
    served_with = ()

    class Meta:
        abstract = True

    def get_default_privacy_setting(self, request):
        if self.public_by_default:
            return {"type": BaseViewRestriction.NONE}
        return {"type": BaseViewRestriction.LOGIN}

    def permissions_for_user(self, user):
        return ReviewedPagePermissionTester(user, self)

    def route(self, request, path_components):
        """Find the page of a whole path, with everything above it, in one look-up instead of one for each level."""
        if not path_components:
            if self.live:
                return RouteResult(self)
            raise Http404("页面不存在")
        paths, url_path = [], self.url_path
        for component in path_components:
            url_path = f"{url_path}{component}/"
            paths.append(url_path)
        # The names have an index, whole addresses have none.
        chain = list(Page.objects.filter(slug__in=path_components, url_path__in=paths).order_by("depth"))
        if not chain or chain[-1].url_path != url_path:
            raise Http404("页面不存在")
        *above, found = chain
        page = found.specific_class.objects.select_related(*getattr(found.specific_class, "served_with", ())).get(pk=found.pk)
        page.ancestor_chain = [self, *above]
        return page.route(request, [])

    def get_view_restrictions(self):
        """Wagtail's answer in one statement instead of two: what closes this page, something above it, or what an alias stands for."""
        paths = [self.path[:length] for length in range(Page.steplen, len(self.path) + 1, Page.steplen)]
        originals = [page.alias_of_id for page in (*self.ancestor_chain, self) if page.alias_of_id]
        return PageViewRestriction.objects.filter(Q(page__path__in=paths) | Q(page__in=originals))

    @cached_property
    def ancestor_chain(self) -> list[Page]:
        """The pages from the home page down to this page's parent; set by `route`, looked up otherwise (previews)."""
        return list(self.get_ancestors().filter(depth__gte=2))

    @property
    def breadcrumb(self) -> list[Page]:
        """What 「您当前的位置」 shows before the page itself (R1)."""
        return [page for page in self.ancestor_chain if page.live]

    @property
    def meta_description(self) -> str:
        return self.search_description or getattr(self, "summary", "") or getattr(self, "intro", "")


@register_setting(icon="site", order=100)
class SiteIdentity(BaseSiteSetting):
    """Name and the footer facts of a government site; what is empty is not shown."""

    bureau_name = models.CharField("主办单位", max_length=60, blank=True)
    site_name = models.CharField("网站名称", max_length=60, default="学习型机关建设平台")
    tagline = models.CharField("副标题", max_length=60, blank=True)
    undertaken_by = models.CharField("承办单位", max_length=60, blank=True)
    contact = models.CharField("联系方式", max_length=120, blank=True)
    address = models.CharField("地址", max_length=120, blank=True)
    site_code = models.CharField(
        "网站标识码", max_length=10, blank=True, validators=[RegexValidator(r"^\d{10}$", "网站标识码是 10 位数字。")]
    )
    icp_number = models.CharField("ICP 备案号", max_length=40, blank=True)
    police_number = models.CharField("公安备案号", max_length=40, blank=True)
    privacy_page = models.ForeignKey(
        "wagtailcore.Page", verbose_name="隐私声明", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    accessibility_page = models.ForeignKey(
        "wagtailcore.Page", verbose_name="无障碍说明", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    select_related = ["privacy_page", "accessibility_page"]

    panels = [
        MultiFieldPanel(
            [FieldPanel(name) for name in ("site_name", "tagline", "bureau_name", "undertaken_by", "contact", "address")],
            heading="名称与联系",
        ),
        MultiFieldPanel([FieldPanel(name) for name in ("site_code", "icp_number", "police_number")], heading="备案（为空不显示）"),
        MultiFieldPanel([FieldPanel(name) for name in ("privacy_page", "accessibility_page")], heading="声明"),
    ]

    class Meta:
        verbose_name = "网站信息"
        verbose_name_plural = "网站信息"
