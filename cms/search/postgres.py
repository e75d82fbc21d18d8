"""Units as AND-ed lexemes of one GIN-indexed vector, then checked against the text itself, so that answers equal SQLite's.

The vectors are written as literals: no parser of PostgreSQL ever sees Chinese. A tsvector keeps no positions beyond 16,383, so
adjacency is asked of the stored text (`LIKE`), and only of the entries that the index has left over.
"""

from modelsearch.conf import get_app_config

from .compiling import compose, units_in
from .extraction import autocomplete_of, body_of, title_of
from .text import Unit, index_tokens, recheck_text

MAX_POSITION = 16_383
MAX_POSITIONS = 255  # of one lexeme
MAX_VECTOR_BYTES = 900_000  # a tsvector holds less than 1 MB
MAX_PATTERN = 1_000


def lexeme(token: str) -> str:
    return "'" + token.replace("\\", "\\\\").replace("'", "''") + "'"


def vector_literal(*weighted: tuple[list[str], str]) -> str:
    """A tsvector of (tokens, weight) pairs, positions running on from one to the next."""
    positions: dict[str, list[str]] = {}
    position, size = 0, 0
    for tokens, weight in weighted:
        for token in tokens:
            position = min(position + 1, MAX_POSITION)
            if token not in positions:
                size += len(token.encode()) + 8
                if size > MAX_VECTOR_BYTES:
                    return _literal(positions)
                positions[token] = []
            if len(positions[token]) < MAX_POSITIONS and not (positions[token] and position == MAX_POSITION):
                positions[token].append(f"{position}{weight}")
                size += 2
    return _literal(positions)


def _literal(positions: dict[str, list[str]]) -> str:
    return " ".join(f"{lexeme(token)}:{','.join(places)}" for token, places in positions.items())


def like_pattern(unit: Unit) -> str:
    return "%" + unit.pattern[:MAX_PATTERN].replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"


class PostgresDialect:
    """How entries are written, matched and ranked in PostgreSQL."""

    def __init__(self):
        self.entry_model = get_app_config().get_model("IndexEntry")
        self.entries = self.entry_model._meta.db_table

    def write(self, content_type_id: int, objects: list, connection) -> None:
        """Insert or replace the entries of `objects`."""
        rows, parameters = [], []
        for obj in objects:
            title, body, autocomplete = title_of(obj), body_of(obj), autocomplete_of(obj)
            title_tokens = index_tokens(title)
            rows.append("(%s, %s, %s::tsvector, %s::tsvector, %s::tsvector, 1.0, %s, %s)")
            parameters += [
                content_type_id,
                str(obj.pk),
                vector_literal((title_tokens, "A")),
                vector_literal((index_tokens(autocomplete), "D")),
                vector_literal((title_tokens, "A"), (index_tokens(body), "D")),
                recheck_text(title),
                recheck_text(body),
            ]
        columns = ("title", "autocomplete", "body", "title_norm", "title_text", "body_text")
        assignments = ", ".join(f"{column} = EXCLUDED.{column}" for column in columns)
        sql = (
            f"INSERT INTO {self.entries} (content_type_id, object_id, {', '.join(columns)}) VALUES {', '.join(rows)} "  # noqa: S608
            f"ON CONFLICT (content_type_id, object_id) DO UPDATE SET {assignments}"
        )
        with connection.cursor() as cursor:
            cursor.execute(sql, parameters)

    def source(self, tree, columns: list[str]) -> tuple[str, str, list]:
        condition, parameters = compose(tree, lambda unit: self._leaf(unit, columns))
        units = units_in(tree)
        vector = "e.autocomplete" if columns == ["autocomplete"] else "e.body"
        score = f"-ts_rank('{{0.1, 0.2, 0.4, 1.0}}', {vector}, $rank$::tsquery)" if units else "0.0"
        return f"{self.entries} e WHERE {condition}", score, parameters

    def rank_parameters(self, tree) -> list[str]:
        units = units_in(tree)
        return [" | ".join(f"({self._tsquery(unit)})" for unit in units)] if units else []

    def title_hit(self, tree) -> tuple[str, list]:
        units = units_in(tree)
        if not units:
            return "0", []
        return f"({' AND '.join(['e.title_text LIKE %s'] * len(units))})::int", [like_pattern(unit) for unit in units]

    @staticmethod
    def _tsquery(unit: Unit, operator: str = " & ") -> str:
        tokens = unit.tokens
        pieces = [lexeme(token) for token in (tokens if operator != " & " else dict.fromkeys(tokens))]
        if unit.ends_open:
            pieces[-1] = f"{lexeme(tokens[-1])}:*"
        return operator.join(pieces)

    def _leaf(self, unit: Unit, columns) -> tuple[str, list]:
        if columns == ["autocomplete"]:
            # Titles are short enough for positions to be exact.
            return "e.autocomplete @@ %s::tsquery", [self._tsquery(unit, " <-> ")]
        texts = [f"{column}_text" for column in columns]
        vector = "e.title" if columns == ["title"] else "e.body"
        check = " OR ".join(f"e.{text} LIKE %s" for text in texts)
        return f"{vector} @@ %s::tsquery AND ({check})", [self._tsquery(unit), *[like_pattern(unit)] * len(texts)]

    @staticmethod
    def key(pk_is_integer: bool) -> str:
        return "e.object_id::bigint" if pk_is_integer else "e.object_id"
