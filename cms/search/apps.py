from django.apps import AppConfig


class SearchConfig(AppConfig):
    name = "cms.search"
    label = "chinese_search"
    verbose_name = "检索"
