from django.urls import include, path, re_path
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.documents import urls as wagtaildocs_urls

from cms.files.serving import rendition

urlpatterns = [
    path("", include("cms.users.urls")),  # before the admin: its login address leads to ours
    path("admin/", include(wagtailadmin_urls)),
    path("documents/", include(wagtaildocs_urls)),
    re_path(r"^media/(?P<path>images/.*)$", rendition, name="rendition"),
    path("", include("cms.readership.urls")),
    path("", include("cms.search.urls")),
    path("", include("cms.feedback.urls")),
    path("", include("cms.inbox.urls")),
    path("", include("cms.core.urls")),
    path("", include("learning.urls")),
    path("", include(wagtail_urls)),
]
