"""The door of the review to Wagtail's admin."""

from wagtail import hooks

from .menu_items import decisions


@hooks.register("construct_page_action_menu")
def offer_decisions_where_the_page_is_read(menu_items, request, context):
    menu_items[:0] = decisions(request.user, context)
