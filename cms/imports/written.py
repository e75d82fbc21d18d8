"""What an import wrote: each record as it stood before and after, so that it can be taken back while nobody has touched it since."""

import json
from collections import defaultdict

from django.apps import apps
from django.core.serializers.json import DjangoJSONEncoder

CHUNK = 500


def snapshot(instance) -> dict:
    """The stored columns of `instance`, fit for JSON."""
    values = {column.attname: getattr(instance, column.attname) for column in instance._meta.concrete_fields}
    return json.loads(json.dumps(values, cls=DjangoJSONEncoder))


def created(instance, *, fresh=False) -> dict:
    """`fresh` says that the attributes are just what the database holds (they are not after a form or a parser had them)."""
    if not fresh:
        instance.refresh_from_db()
    return {"model": instance._meta.label_lower, "pk": instance.pk, "before": None, "after": snapshot(instance)}


def changed(instance, before: dict) -> dict:
    """`before` is the snapshot taken ahead of the change."""
    instance.refresh_from_db()
    return {"model": instance._meta.label_lower, "pk": instance.pk, "before": before, "after": snapshot(instance)}


def undo_obstacles(written: list[tuple[int, dict]]) -> list[str]:
    """Rows whose records were changed or are used since: (row number, record) in the order of writing; Chinese messages."""
    last = {(record["model"], record["pk"]): (number, record) for number, record in written}
    made = {(record["model"], record["pk"]): number for number, record in written if record["before"] is None}
    standing = _standing(last)
    obstacles: dict[tuple, tuple[int, str]] = {}
    for key, (number, record) in last.items():
        model = apps.get_model(record["model"])
        instance = standing.get(key)
        if instance is None:
            obstacles[key] = (number, f"第 {number} 行：{model._meta.verbose_name}在导入之后已被删除。")
        elif snapshot(instance) != record["after"]:
            obstacles[key] = (number, f"第 {number} 行：{model._meta.verbose_name}“{instance}”在导入之后被修改过。")
    for key, user in _users_of(made, ours=last):
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
            columns = [column for column in manager.model._meta.concrete_fields if not column.primary_key]
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


def _users_of(made, *, ours):
    """(created record, a record pointing at it) for every pointer that did not come with the same batch."""
    by_model = defaultdict(list)
    for model, pk in made:
        by_model[model].append(pk)
    for label, pks in by_model.items():
        for relation in _relations_to(apps.get_model(label)):
            pointer = relation.field.attname if hasattr(relation.field, "attname") else relation.field.name
            for chunk in _chunks(pks):
                users = relation.related_model._base_manager.filter(**{f"{relation.field.name}__in": chunk})
                for user in users:
                    if (user._meta.label_lower, user.pk) not in ours:
                        yield (label, getattr(user, pointer)), user


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
