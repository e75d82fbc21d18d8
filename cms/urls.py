from django.conf import settings
from django.urls import include, path, re_path
from django.views.static import serve
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.documents import urls as wagtaildocs_urls

urlpatterns = [
    path("", include("cms.users.urls")),  # before the admin: its login address leads to ours
    path("admin/", include(wagtailadmin_urls)),
    path("documents/", include(wagtaildocs_urls)),
    # Renditions only: originals and documents have no address of their own. A front server may take this path over.
    re_path(r"^media/(?P<path>images/.*)$", serve, {"document_root": settings.MEDIA_ROOT}, name="rendition"),
    path("", include("cms.readership.urls")),
    path("", include("cms.search.urls")),
    path("", include("cms.feedback.urls")),
    path("", include("cms.core.urls")),
    path("", include("learning.urls")),
    path("", include(wagtail_urls)),
]
