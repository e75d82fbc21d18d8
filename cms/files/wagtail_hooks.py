from wagtail import hooks

from .serving import refuse_unless_readable

hooks.register("before_serve_document", refuse_unless_readable, order=-10)  # before anything that could tell a file from none
