"""The texts of an object that are searched, read from its `search_fields`."""

from django.db.models import Manager
from modelsearch.index import AutocompleteField, RelatedFields, SearchField


def as_text(value) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        return "\n".join(as_text(item) for item in value.values())
    if isinstance(value, list | tuple):
        return "\n".join(as_text(item) for item in value)
    return "" if value is None else str(value)


def field_texts(obj, fields=None):
    """(search field, text) of everything `obj` declares, related objects included."""
    for field in obj.get_search_fields() if fields is None else fields:
        if isinstance(field, SearchField | AutocompleteField):
            yield field, as_text(field.get_value(obj))
        elif isinstance(field, RelatedFields):
            related = field.get_value(obj)
            if related is None:
                continue
            if isinstance(related, Manager):
                related = related.all()
            elif callable(related):
                related = related()
            for item in related if hasattr(related, "__iter__") else [related]:
                yield from field_texts(item, field.fields)


def title_of(obj) -> str:
    return "\n".join(text for field, text in field_texts(obj) if isinstance(field, SearchField) and field.field_name == "title")


def body_of(obj) -> str:
    return "\n".join(text for field, text in field_texts(obj) if isinstance(field, SearchField) and field.field_name != "title")


def autocomplete_of(obj) -> str:
    return "\n".join(text for field, text in field_texts(obj) if isinstance(field, AutocompleteField))
