from wagtail.snippets.views.snippets import SnippetViewSet

from ..models import MediaArticle


class MediaArticleViewSet(SnippetViewSet):
    model = MediaArticle
    icon = "doc-full"
    menu_label = "稿件"
