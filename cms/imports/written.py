"""What an import wrote: each record as it stood before and after, so that it can be taken back while nobody has touched it since.

Of thousands of new records a seal is enough: a digest of the columns by which a change is seen.
"""

import datetime
import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from django.apps import apps
from django.core.serializers.json import DjangoJSONEncoder

CHUNK = 500


def snapshot(instance, names: Iterable[str] | None = None) -> dict:
    """The stored columns of `instance`, or those named, fit for JSON."""
    columns = [column.attname for column in instance._meta.concrete_fields] if names is None else names
    return json.loads(json.dumps({name: getattr(instance, name) for name in columns}, cls=DjangoJSONEncoder))


def seal(values: Iterable) -> str:
    """A digest of column values as Python has them."""
    return hashlib.blake2b("\x1f".join(map(_plain, values)).encode(), digest_size=9).hexdigest()


def sealed(label: str, pk, digest: str, of=None) -> dict:
    """The record of a new row of the model `label`; `digest` is the seal of the columns its kind names. `of` is what it belongs to, for
    whoever asks after an undo."""
    record = {"model": label, "pk": pk, "before": None, "seal": digest}
    return {**record, "of": of} if of else record


def altered(label: str, pk, before: dict, after: dict) -> dict:
    """The record of a row of which only these columns were changed; both fit for JSON."""
    return {"model": label, "pk": pk, "before": before, "after": after}


def _plain(value) -> str:
    if isinstance(value, datetime.datetime):
        return value.astimezone(datetime.UTC).isoformat()
    return str(value)


def created(instance, *, fresh=False) -> dict:
    """`fresh` says that the attributes are just what the database holds (they are not after a form or a parser had them)."""
    if not fresh:
        instance.refresh_from_db()
    return {"model": instance._meta.label_lower, "pk": instance.pk, "before": None, "after": snapshot(instance)}


def changed(instance, before: dict) -> dict:
    """`before` is the snapshot taken ahead of the change."""
    instance.refresh_from_db()
    return {"model": instance._meta.label_lower, "pk": instance.pk, "before": before, "after": snapshot(instance)}


def undo_obstacles(
    written: list[tuple[int, dict]], *, parts: frozenset[str] = frozenset(), sealed: Mapping[str, tuple[str, ...]] = MappingProxyType({})
) -> list[str]:
    """Rows whose records were changed or are used since: (row number, record) in the order of writing; Chinese messages.

    Rows of the models `parts` go with the record they point at; `sealed` names the columns that a record's seal is made of.
    """
    last = {(record["model"], record["pk"]): (number, record) for number, record in written}
    made = {(record["model"], record["pk"]): number for number, record in written if record["before"] is None}
    standing = _standing(last)
    obstacles: dict[tuple, tuple[int, str]] = {}
    for key, (number, record) in last.items():
        model = apps.get_model(record["model"])
        instance = standing.get(key)
        if instance is None:
            obstacles[key] = (number, f"第 {number} 行：{model._meta.verbose_name}在导入之后已被删除。")
        elif not _as_written(instance, record, sealed):
            obstacles[key] = (number, f"第 {number} 行：{model._meta.verbose_name}“{instance}”在导入之后被修改过。")
    for key, user in _users_of(made, ours=last, parts=parts):
        if key not in obstacles:
            name = standing[key]._meta.verbose_name
            obstacles[key] = (made[key], f"第 {made[key]} 行：{name}“{standing[key]}”在导入之后已被{user._meta.verbose_name}“{user}”使用。")
    return [message for _number, message in sorted(obstacles.values())]


def undo_written(written: list[tuple[int, dict]]) -> None:
    """Delete what was created, then put back what stood before, last first; ask `undo_obstacles` first."""
    made = defaultdict(list)
    for _number, record in reversed(written):
        if record["before"] is None:
            made[apps.get_model(record["model"])].append(record["pk"])
    for model in _pointing_first(list(made)):
        step = 1 if _points_at(model, model) else CHUNK  # a tree goes leaf by leaf
        for chunk in _chunks(made[model], step):
            model._base_manager.filter(pk__in=chunk).delete()
    for _number, record in reversed(written):
        if record["before"] is not None:
            manager = apps.get_model(record["model"])._base_manager
            columns = [c for c in manager.model._meta.concrete_fields if not c.primary_key and c.attname in record["before"]]
            manager.filter(pk=record["pk"]).update(**{c.attname: c.to_python(record["before"][c.attname]) for c in columns})


def _standing(keys) -> dict:
    """The records as they stand now, locked until the transaction ends."""
    by_model = defaultdict(list)
    for model, pk in keys:
        by_model[model].append(pk)
    found = {}
    for label, pks in by_model.items():
        manager = apps.get_model(label)._base_manager
        for chunk in _chunks(pks):
            found |= {(label, instance.pk): instance for instance in manager.select_for_update().filter(pk__in=chunk)}
    return found


def _as_written(instance, record, sealed) -> bool:
    if "seal" in record:
        return seal(getattr(instance, name) for name in sealed[record["model"]]) == record["seal"]
    return snapshot(instance, record["after"]) == record["after"]


def _users_of(made, *, ours, parts):
    """(created record, a record pointing at it) for every pointer that did not come with the same batch."""
    by_model = defaultdict(list)
    for model, pk in made:
        by_model[model].append(pk)
    for label, pks in by_model.items():
        for relation in _relations_to(apps.get_model(label)):
            users = relation.related_model._base_manager
            user_label = relation.related_model._meta.label_lower
            if user_label in parts:
                continue
            for chunk in _chunks(pks):
                pairs = users.filter(**{f"{relation.field.name}__in": chunk}).values_list("pk", relation.field.attname)
                strangers = {pk: target for pk, target in pairs if (user_label, pk) not in ours}
                for user in users.filter(pk__in=list(strangers)[:CHUNK]) if strangers else ():
                    yield (label, strangers[user.pk]), user


def _relations_to(model):
    """Foreign keys pointing at `model`; a many-to-many one is seen through its table."""
    return [
        relation
        for relation in model._meta.get_fields(include_hidden=True)
        if relation.auto_created and not relation.concrete and (relation.one_to_many or relation.one_to_one)
    ]


def _points_at(model, other) -> bool:
    return any(field.related_model is other for field in model._meta.concrete_fields if field.is_relation)


def _pointing_first(models):
    """Models in an order in which each may be emptied: those that point at others before those they point at."""
    while models:
        free = next((one for one in models if not any(_points_at(other, one) for other in models if other is not one)), models[0])
        models.remove(free)
        yield free


def _chunks(items, size=CHUNK):
    return [items[start : start + size] for start in range(0, len(items), size)]
