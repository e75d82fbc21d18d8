"""The rows that Wagtail's migrations leave behind, put back after a test that really commits has emptied the tables.

A transactional test ends with Django's flush, which takes the root page, the site and the locale along; the next test (and the
next run with --reuse-db) would find a database no installation ever has.
"""

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.core.cache import cache
from django.db.models.signals import post_migrate
from wagtail.models import Collection, Locale, Page, Site


def restore_if_empty():
    if Locale.objects.exists():
        return
    locale = Locale.objects.create(language_code="zh-hans")
    content_type = ContentType.objects.get_for_model(Page)
    root = Page.add_root(title="Root", slug="root", content_type=content_type, locale=locale)
    home = root.add_child(instance=Page(title="Welcome to your new Wagtail site!", slug="home", locale=locale))
    Site.objects.create(hostname="localhost", port=80, root_page=home, is_default_site=True)
    Collection.add_root(name="Root")
    cache.clear()


def _after_flush(sender, **_kwargs):
    # Content types and permissions of every app are back only when the last app has been told; apps without models never are.
    if sender is [app for app in apps.get_app_configs() if app.models_module][-1]:
        restore_if_empty()


def install():
    post_migrate.connect(_after_flush, dispatch_uid="tests.baseline")
