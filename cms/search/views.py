"""The site's search page."""

from dataclasses import dataclass

from django.core.paginator import Paginator
from django.shortcuts import render
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from .compiling import units_in
from .extraction import body_of
from .highlighting import marked, passage
from .sources import the_source

LONGEST_QUERY = 100  # characters
PER_PAGE = 15


@dataclass(frozen=True)
class Result:
    page: object
    title: str
    passage: str


def facet_rows(request, matching, source, chosen):
    """For each facet its values with numbers and the address that chooses or drops each; a facet ignores its own choice."""
    shown = []
    for facet in source.facets:
        others = matching
        for other in source.facets:
            if other.key != facet.key and chosen.get(other.key):
                others = other.narrow(others, chosen[other.key])
        values = []
        for value, label, number in facet.count(others):
            parameters = request.GET.copy()
            parameters.pop("page", None)
            is_chosen = chosen.get(facet.key) == value
            if is_chosen:
                parameters.pop(facet.key)
            else:
                parameters[facet.key] = value
            values.append({"label": label, "number": number, "is_chosen": is_chosen, "address": f"?{parameters.urlencode()}"})
        if values:
            shown.append({"label": facet.label, "options": values})
    return shown


@require_safe
def search(request):
    """Titles first, then passages; only what the reader may see is counted, listed or quoted."""
    source = the_source()
    typed = " ".join(request.GET.get("q", "").replace("\x00", " ").split())
    query = typed[:LONGEST_QUERY]
    rows = source.rows(request.user)
    chosen = {facet.key: value for facet in source.facets if (value := request.GET.get(facet.key, ""))}
    context = {"search_query": query, "is_cut": len(typed) > LONGEST_QUERY, "has_asked": bool(query or chosen)}
    if context["has_asked"]:
        narrowed = rows
        for facet in source.facets:
            if facet.key in chosen:
                narrowed = facet.narrow(narrowed, chosen[facet.key])
        if query:
            found = narrowed.search(query)
            units = units_in(found.query_compiler.tree)
            matching = rows.search(query).get_queryset() if chosen else found.get_queryset()
        else:
            found, units, matching = source.newest(narrowed), [], rows
        page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
        parameters = request.GET.copy()
        parameters.pop("page", None)
        context |= {
            "results": [Result(item, marked(item.title, units), passage(body_of(item), units)) for item in source.specific(list(page))],
            "page": page,
            "page_numbers": page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1),
            "gap": page.paginator.ELLIPSIS,
            "query_string": parameters.urlencode(),
            "facets": facet_rows(request, matching, source, chosen),
            "without_filters": f"?{urlencode({'q': query})}",
            "is_narrowed": bool(chosen),
        }
    return render(request, "search/search.html", context)
