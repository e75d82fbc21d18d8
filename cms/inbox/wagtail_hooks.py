from wagtail import hooks

from .viewsets import channel_viewset


@hooks.register("register_admin_viewset")
def register_channels():
    return channel_viewset
