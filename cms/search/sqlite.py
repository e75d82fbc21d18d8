"""Units as FTS5 phrases. What people type is only ever inside quotes, so FTS5's operators in it are text."""

from modelsearch.conf import get_app_config

from .compiling import All, AnyOf, Leaf, compose, units_in
from .extraction import autocomplete_of, body_of, title_of
from .text import Unit, index_tokens

TITLE_WEIGHT, BODY_WEIGHT, AUTOCOMPLETE_WEIGHT = 8, 1, 4


def phrase(unit: Unit) -> str:
    """The unit's tokens next to each other; tokens are letters and digits only, so quotes cannot be broken out of."""
    return f'"{" ".join(unit.tokens)}"{" *" if unit.ends_open else ""}'


def match_expression(tree) -> str | None:
    """`tree` as one FTS5 expression, or None when it takes more than AND and OR (then it is composed in SQL)."""
    if isinstance(tree, Leaf):
        return phrase(tree.unit)
    if isinstance(tree, All | AnyOf):
        parts = [match_expression(part) for part in tree.parts]
        if not parts or None in parts:
            return None
        return f"({(' AND ' if isinstance(tree, All) else ' OR ').join(parts)})"
    return None


class SQLiteDialect:
    """How entries are written, matched and ranked in SQLite."""

    def __init__(self):
        self.entry_model = get_app_config().get_model("IndexEntry")
        self.entries = self.entry_model._meta.db_table
        self.fts = f"{self.entries}_fts"

    def write(self, content_type_id: int, objects: list, alias: str) -> None:
        """Insert or replace the entries of `objects`. FTS rows follow by the triggers of modelsearch's own migration."""
        values = {
            str(obj.pk): {
                "title": " ".join(index_tokens(title_of(obj))),
                "body": " ".join(index_tokens(body_of(obj))),
                "autocomplete": " ".join(index_tokens(autocomplete_of(obj))),
            }
            for obj in objects
        }
        manager = self.entry_model._default_manager.using(alias)
        known = {
            entry.object_id: entry for entry in manager.filter(content_type_id=content_type_id, object_id__in=values.keys()).defer("body")
        }
        for object_id, entry in known.items():
            manager.filter(pk=entry.pk).update(**values[object_id])
        manager.bulk_create(
            [
                self.entry_model(content_type_id=content_type_id, object_id=object_id, **texts)
                for object_id, texts in values.items()
                if object_id not in known
            ]
        )

    def source(self, tree, columns: list[str]) -> tuple[str, str, list]:
        """(FROM … WHERE …, score to sort ascending, parameters) of the entries `e` that match.

        FTS comes first by CROSS JOIN, and the unary + keeps the planner from walking the entries of a content type instead.
        """
        expression = match_expression(tree)
        if expression is not None:
            scoped = f"{{{' '.join(columns)}}} : {expression}"
            score = f"bm25({self.fts}, {AUTOCOMPLETE_WEIGHT}, {BODY_WEIGHT}, {TITLE_WEIGHT})"
            return f"{self.fts} CROSS JOIN {self.entries} e ON e.rowid = {self.fts}.rowid WHERE {self.fts} MATCH %s", score, [scoped]
        condition, parameters = compose(tree, lambda unit: self._leaf(unit, columns))
        return f"{self.entries} e WHERE {condition}", "0.0", parameters

    def title_hit(self, tree) -> tuple[str, list]:
        """An expression that is 1 for entries whose title holds every unit, so that they come first."""
        units = units_in(tree)
        if not units:
            return "0", []
        expression = " AND ".join(map(phrase, units))
        inner = f"SELECT rowid FROM {self.fts} WHERE {self.fts} MATCH %s"  # noqa: S608
        return f"(e.rowid IN ({inner}))", [f"{{title}} : ({expression})"]

    def _leaf(self, unit: Unit, columns) -> tuple[str, list]:
        inner = f"SELECT rowid FROM {self.fts} WHERE {self.fts} MATCH %s"  # noqa: S608
        return f"e.rowid IN ({inner})", [f"{{{' '.join(columns)}}} : {phrase(unit)}"]

    @staticmethod
    def key(pk_is_integer: bool) -> str:
        return "CAST(e.object_id AS INTEGER)" if pk_is_integer else "e.object_id"
