"""The two stages of an article's review as Wagtail keeps them: started, moved on and decided here, by no button of the admin.

What Wagtail remembers never stands in the way: where a review is gone (the workflow was switched off, somebody edited its tasks), it is begun
again at the stage where the article is.
"""

from django.db import transaction
from wagtail.models import ModelLogEntry, TaskState, Workflow, WorkflowState, WorkflowTask

from ..models import ArticleTask, MediaArticle
from ..naming import named_in_log

WORKFLOW = "稿件审核"
SECTION, OFFICE = "科室审", "宣传科审"
KEPT_BY_WAGTAIL = [
    "latest_revision",
    "live",
    "live_revision",
    "has_unpublished_changes",
    "first_published_at",
    "last_published_at",
]


@transaction.atomic
def ensure_workflow() -> Workflow:
    """Made by the first hand-in, safe to make again; one that an administrator has switched off is switched on.

    It is assigned to no model: saved in the admin, an article would be sent into a review that nobody decides there.
    """
    workflow = Workflow.objects.filter(name=WORKFLOW).order_by("pk").first() or Workflow.objects.create(name=WORKFLOW)
    parts: list = [workflow]
    for number, stage in enumerate((SECTION, OFFICE)):
        task = ArticleTask.objects.filter(name=stage).order_by("pk").first() or ArticleTask.objects.create(name=stage)
        WorkflowTask.objects.get_or_create(workflow=workflow, task=task, defaults={"sort_order": number})
        parts.append(task)
    for part in parts:
        if not part.active:
            part.active = True
            part.save(update_fields=["active"])
    return workflow


@transaction.atomic
def begin_review(article: MediaArticle, *, stage: str, by) -> WorkflowState:
    """Of the text as it stands: a new revision, at `stage`; what was going on before is over. Call it with the article's row held."""
    cancel_review(article, by=by)
    article.save_revision(user=by, clean=False)  # what must be there is checked at the hand-in, in words that fit
    state = _begin(article, stage, by=by)
    _tidy_log(article)
    return state


@transaction.atomic
def pass_section(article: MediaArticle, *, by) -> None:
    """On to the office."""
    state = _at(article, SECTION, by=by)
    state.current_task_state.task.specific.on_action(state.current_task_state, by, "approve", update=False)
    state.update(user=by, next_task=_task(OFFICE))
    _tidy_log(article)


@transaction.atomic
def give_back(article: MediaArticle, *, stage: str, by) -> None:
    """Rejected, in Wagtail's terms. What the reviewer wrote stays out of Wagtail's log, which auditors read."""
    state = _at(article, stage, by=by)
    state.current_task_state.task.specific.on_action(state.current_task_state, by, "reject")
    _tidy_log(article)


@transaction.atomic
def cancel_review(article: MediaArticle, *, by) -> None:
    """Whatever review is going on is over; nothing else changes."""
    for state in WorkflowState.objects.for_instance(article).active():
        if state.current_task_state_id is None:  # nothing of it is left to be logged
            state.status = WorkflowState.STATUS_CANCELLED
            state.save(update_fields=["status"])
        else:
            state.cancel(user=by)
    _tidy_log(article)


@transaction.atomic
def accept(article: MediaArticle, *, by) -> None:
    """The office takes the piece: the text handed in goes live, together with the facts of today. Taken already, nothing happens.

    `article` learns what Wagtail has written about it; whatever else of it is not saved yet is saved by nobody here.
    """
    is_open = WorkflowState.objects.for_instance(article).active().exists()
    if article.live and not is_open:
        return
    fresh = MediaArticle.objects.get(pk=article.pk)
    state = _at(fresh, OFFICE, by=by)
    task_state = state.current_task_state
    # Publishing writes back all that the revision holds: the state of the day it was handed in would come again.
    task_state.revision.content = fresh.serializable_data()
    task_state.revision.save(update_fields=["content"])
    task_state.task.specific.on_action(task_state, by, "approve", update=False)
    state.finish(user=by)
    article.refresh_from_db(fields=KEPT_BY_WAGTAIL)
    _tidy_log(article)


def _task(stage: str) -> ArticleTask:
    return ArticleTask.objects.filter(name=stage).order_by("pk").first()


def _at(article: MediaArticle, stage: str, *, by) -> WorkflowState:
    """The review in progress at `stage`."""
    state = WorkflowState.objects.for_instance(article).filter(status=WorkflowState.STATUS_IN_PROGRESS).first()
    task_state = state and state.current_task_state
    is_there = (
        task_state
        and task_state.status == TaskState.STATUS_IN_PROGRESS
        and task_state.task.name == stage
        and isinstance(task_state.task.specific, ArticleTask)
    )
    if is_there:
        return state
    cancel_review(article, by=by)
    if article.get_latest_revision() is None:  # entered by the office, or cleared away by Wagtail's command
        article.save_revision(user=by, clean=False)
    return _begin(article, stage, by=by)


def _begin(article: MediaArticle, stage: str, *, by) -> WorkflowState:
    state = ensure_workflow().start(article, by)
    # Wagtail mails whoever asked a link into the admin; the site tells the authors itself. Who asked stays in the log.
    state.requested_by = None
    state.save(update_fields=["requested_by"])
    first = state.current_task_state
    if first.task.name != stage:
        first.status = TaskState.STATUS_SKIPPED
        first.save(update_fields=["status"])
        state.update(user=by, next_task=_task(stage))
    return state


def _tidy_log(article: MediaArticle) -> None:
    """Wagtail names an article by its title; whoever reads the log has not been shown it."""
    label = named_in_log(article)
    ModelLogEntry.objects.for_instance(article).filter(action__startswith="wagtail.").exclude(label=label).update(label=label)
