"""The search backend behind Wagtail's standard API: Chinese text on SQLite (FTS5) and PostgreSQL (GIN), with the same answers.

A search is one statement on the index joined with the caller's queryset as a subquery, so any filter a queryset can carry is
applied by the database, before counting and before cutting pages.
"""

from collections import OrderedDict

from django.core.exceptions import EmptyResultSet
from django.db import connections, router, transaction
from django.db.models import AutoField, Count, IntegerField, TextField
from django.db.models.expressions import RawSQL
from django.db.models.functions import Cast
from django.utils.functional import cached_property
from modelsearch.backends.base import (
    BaseIndex,
    BaseSearchBackend,
    BaseSearchQueryCompiler,
    BaseSearchResults,
    FilterFieldError,
    SearchFieldError,
)
from modelsearch.conf import get_app_config
from modelsearch.index import get_indexed_models
from modelsearch.query import PlainText
from modelsearch.utils import get_content_type_pk, get_descendants_content_types_pks

from .compiling import Everything, Nothing, all_of, compile_query
from .postgres import PostgresDialect
from .sqlite import SQLiteDialect
from .text import query_units
from .words import words_of

ALL_AT_ONCE = 5_000  # objects fetched in one statement when nobody cuts a page


class ChineseIndex(BaseIndex):
    """The one table of entries; `_refresh_title_norms` of the stock index has no counterpart, ranking does not need it."""

    @property
    def entry_model(self):
        return get_app_config().get_model("IndexEntry")

    @property
    def alias(self):
        return router.db_for_write(self.entry_model)

    def add_items(self, model, items):
        objects = list(items)
        if not objects or not model.get_search_fields():
            return
        connection = connections[self.alias]
        with transaction.atomic(using=self.alias):
            if connection.vendor == "postgresql":
                PostgresDialect().write(get_content_type_pk(model), objects, connection)
            else:
                SQLiteDialect().write(get_content_type_pk(model), objects, self.alias)

    def delete_item(self, item):
        item.index_entries.all()._raw_delete(using=self.alias)

    def reset(self):
        self.entry_model._default_manager.all()._raw_delete(using=self.alias)

    def delete_stale_entries(self):
        """Drop entries whose object has gone (a bulk delete tells no index)."""
        for model in get_indexed_models():
            if model._meta.parents:
                continue  # rows of a child go with its parent's
            existing = model._default_manager.annotate(object_id=Cast("pk", TextField())).values("object_id")
            entries = self.entry_model._default_manager.filter(content_type_id__in=get_descendants_content_types_pks(model))
            entries.exclude(object_id__in=existing).delete()


class ChineseRebuilder:
    def __init__(self, index):
        self.index = index

    def start(self):
        self.index.delete_stale_entries()
        return self.index

    def finish(self):
        """Every batch has been written already."""


class ChineseQueryCompiler(BaseSearchQueryCompiler):
    DEFAULT_OPERATOR = "and"
    HANDLES_ORDER_BY_EXPRESSIONS = True
    OPEN_END = False

    def check(self):
        """Only the names in `fields` can be wrong: filters and orderings are the queryset's own and run in the database."""
        allowed = {field.field_name for field in self.queryset.model.get_searchable_search_fields()}
        for name in self.fields or []:
            if name not in allowed:
                raise SearchFieldError(
                    f'Cannot search with field "{name}". Please add index.SearchField("{name}") to {self.queryset.model.__name__}.search_fields.',
                    field_name=name,
                )

    @property
    def columns(self) -> list[str]:
        """The index knows the title and the rest, not a model's single fields."""
        if not self.fields:
            return ["title", "body"]
        columns = ["title"] if "title" in self.fields else []
        return columns + (["body"] if set(self.fields) - {"title"} else [])

    @property
    def alias(self):
        return self.queryset.db

    @cached_property
    def dialect(self):
        return PostgresDialect() if connections[self.alias].vendor == "postgresql" else SQLiteDialect()

    @cached_property
    def tree(self):
        """What is really looked for: the query as written or, when a long unspaced one matches nothing, its words."""
        tree = compile_query(self.query, open_end=self.OPEN_END)
        if isinstance(self.query, PlainText) and (words := words_of(query_units(self.query.query_string))):
            as_written = self.matching_sql(tree)
            if as_written is None or not self._exists(*as_written):
                return all_of(words)
        return tree

    @cached_property
    def pk_is_integer(self) -> bool:
        field = self.queryset.model._meta.pk
        while field.remote_field:
            field = field.remote_field.model._meta.pk
        return isinstance(field, AutoField | IntegerField)

    def _scope(self) -> tuple[str, list] | None:
        """The caller's queryset as a condition on the entries `e`, or None when it is empty already."""
        queryset = self.queryset.order_by().select_related(None)
        keys = queryset.values("pk") if self.pk_is_integer else queryset.annotate(_key=Cast("pk", TextField())).values("_key")
        try:
            sql, parameters = keys.query.get_compiler(using=self.alias).as_sql()
        except EmptyResultSet:
            return None
        # The unary + keeps SQLite from choosing the content type's index over the full-text one.
        content_type = "+e.content_type_id" if connections[self.alias].vendor == "sqlite" else "e.content_type_id"
        types = get_descendants_content_types_pks(self.queryset.model)
        places = ", ".join(["%s"] * len(types))
        condition = f"{content_type} IN ({places}) AND {self.dialect.key(self.pk_is_integer)} IN ({sql})"
        return condition, [*types, *parameters]

    def matching_sql(self, tree) -> tuple[str, list] | None:
        """(SELECT of the keys that match, parameters), or None when nothing can."""
        if isinstance(tree, Nothing) or (scope := self._scope()) is None:
            return None
        source, _score, parameters = self.dialect.source(tree, self.columns)
        return f"SELECT {self.dialect.key(self.pk_is_integer)} FROM {source} AND {scope[0]}", [*parameters, *scope[1]]  # noqa: S608

    def ranked_sql(self, tree) -> tuple[str, list] | None:
        """(SELECT of key and score, titles first, then the best, then the newest; parameters)."""
        if isinstance(tree, Nothing) or (scope := self._scope()) is None:
            return None
        source, score, parameters = self.dialect.source(tree, self.columns)
        title_hit, title_parameters = self.dialect.title_hit(tree)
        rank_parameters = self.dialect.rank_parameters(tree) if "$rank$" in score else []
        key = self.dialect.key(self.pk_is_integer)
        sql = (
            f"SELECT {key} AS matched, {score.replace('$rank$', '%s')} AS score, {title_hit} AS title_hit "  # noqa: S608
            f"FROM {source} AND {scope[0]} ORDER BY title_hit DESC, score ASC, matched DESC"
        )
        return sql, [*rank_parameters, *title_parameters, *parameters, *scope[1]]

    def _exists(self, sql, parameters) -> bool:
        with connections[self.alias].cursor() as cursor:
            cursor.execute(f"{sql} LIMIT 1", parameters)
            return cursor.fetchone() is not None

    def matching_queryset(self):
        """The caller's queryset cut down to what matches, in its own order (newest first where it has none)."""
        if isinstance(self.tree, Everything):
            queryset = self.queryset
        elif (matching := self.matching_sql(self.tree)) is None:
            return self.queryset.none()
        else:
            output = IntegerField() if self.pk_is_integer else TextField()
            queryset = self.queryset.filter(pk__in=RawSQL(matching[0], matching[1], output_field=output))  # noqa: S611
        return (
            queryset
            if queryset.query.order_by or (self.queryset.query.default_ordering and self.queryset.ordered)
            else queryset.order_by("-pk")
        )


class ChineseAutocompleteCompiler(ChineseQueryCompiler):
    OPEN_END = True

    def check(self):
        allowed = {field.field_name for field in self.queryset.model.get_autocomplete_search_fields()}
        for name in self.fields or []:
            if name not in allowed:
                raise SearchFieldError(f'Cannot autocomplete with field "{name}".', field_name=name)

    @property
    def columns(self) -> list[str]:
        return ["autocomplete"]


class ChineseSearchResults(BaseSearchResults):
    supports_facet = True

    def get_queryset(self):
        """The matches as a queryset (without relevance order), for callers that want to go on filtering."""
        return self.query_compiler.matching_queryset()[self.start : self.stop]

    def _do_search(self):
        compiler = self.query_compiler
        if isinstance(compiler.tree, Everything) or not compiler.order_by_relevance:
            objects = list(compiler.matching_queryset()[self.start : self.stop])
            if self._score_field:
                for item in objects:
                    setattr(item, self._score_field, None)
            return objects
        ranked = self._ranked()
        queryset = compiler.queryset.order_by()
        found = {}
        keys = [key for key, _score in ranked]
        for begin in range(0, len(keys), ALL_AT_ONCE):
            found |= {item.pk: item for item in queryset.filter(pk__in=keys[begin : begin + ALL_AT_ONCE])}
        objects = [found[key] for key in keys if key in found]
        if self._score_field:
            scores = dict(ranked)
            for item in objects:
                setattr(item, self._score_field, -scores[item.pk])
        return objects

    def _ranked(self) -> list[tuple]:
        compiler = self.query_compiler
        ranked = compiler.ranked_sql(compiler.tree)
        if ranked is None or (self.stop is not None and self.stop <= self.start):
            return []
        sql, parameters = ranked
        limit = f" LIMIT {self.stop - self.start}" if self.stop is not None else (" LIMIT -1" if self.start and self._is_sqlite else "")
        offset = f" OFFSET {self.start}" if self.start else ""
        convert = compiler.queryset.model._meta.pk.to_python
        with connections[compiler.alias].cursor() as cursor:
            cursor.execute(f"{sql}{limit}{offset}", parameters)
            return [(convert(key), float(score)) for key, score, _title_hit in cursor.fetchall()]

    @property
    def _is_sqlite(self):
        return connections[self.query_compiler.alias].vendor == "sqlite"

    def _do_count(self):
        compiler = self.query_compiler
        if isinstance(compiler.tree, Everything):
            total = compiler.queryset.count()
        elif (matching := compiler.matching_sql(compiler.tree)) is None:
            total = 0
        else:
            with connections[compiler.alias].cursor() as cursor:
                cursor.execute(f"SELECT COUNT(*) FROM ({matching[0]}) AS matches", matching[1])  # noqa: S608
                total = cursor.fetchone()[0]
        within = max(total - self.start, 0)
        return within if self.stop is None else min(within, self.stop - self.start)

    def facet(self, field_name):
        if self.query_compiler._get_filterable_field(field_name) is None:
            model = self.query_compiler.queryset.model.__name__
            raise FilterFieldError(
                f'Cannot facet search results with field "{field_name}". Please add index.FilterField("{field_name}") to {model}.search_fields.',
                field_name=field_name,
            )
        rows = self.query_compiler.matching_queryset().order_by().values(field_name).annotate(count=Count("pk")).order_by("-count")
        return OrderedDict((row[field_name], row["count"]) for row in rows)


class SearchBackend(BaseSearchBackend):
    query_compiler_class = ChineseQueryCompiler
    autocomplete_query_compiler_class = ChineseAutocompleteCompiler
    index_class = ChineseIndex
    results_class = ChineseSearchResults
    rebuilder_class = ChineseRebuilder
