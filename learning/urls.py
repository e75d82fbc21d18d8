from django.urls import include, path

from .articles.feeds import ArticleFeed
from .articles.pdf import article_pdf
from .articles.views import page_sitemap, site_map
from .library.views import lecture_record

urlpatterns = [
    path("articles/<int:page_id>/pdf/", article_pdf, name="article_pdf"),
    path("feeds/", ArticleFeed(), name="feed_site"),
    path("feeds/<int:page_id>/", ArticleFeed(), name="feed_column"),
    path("sessions/<int:pk>/lecture-record/", lecture_record, name="lecture_record"),
    path("sitemap.xml", page_sitemap, name="sitemap"),
    path("", include("learning.portal.urls")),
    path("", include("learning.programme.urls")),
    path("", include("learning.reading.urls")),
    path("", include("learning.contributions.urls")),
    path("", include("learning.portfolio.urls")),
    path("", include("learning.questions.urls")),
    path("sitemap/", site_map, name="site_map"),
]
