"""The review that every page goes through, made by command and safe to make again."""

from django.contrib.auth.models import Group
from django.db import transaction
from wagtail.models import Page, Task, Workflow, WorkflowPage, WorkflowTask

from .models import ReviewTask

WORKFLOW = "三审三校"
STOCK = "Moderators approval"
STAGES = (("初审", "初审员"), ("复审", "复审员"), ("终审", "终审员"))


@transaction.atomic
def ensure_workflow() -> Workflow:
    """初审 → 复审 → 终审 on the whole tree. A workflow that an administrator has put on the root or on a column stays."""
    workflow, _created = Workflow.objects.get_or_create(name=WORKFLOW)
    for position, (stage, group_name) in enumerate(STAGES):
        task = ReviewTask.objects.filter(name=stage).first() or ReviewTask.objects.create(name=stage)
        task.groups.add(Group.objects.get(name=group_name))
        WorkflowTask.objects.get_or_create(workflow=workflow, task=task, defaults={"sort_order": position})
    _retire_stock_workflow()
    WorkflowPage.objects.get_or_create(page=Page.get_first_root_node(), defaults={"workflow": workflow})
    return workflow


def _retire_stock_workflow() -> None:
    """Wagtail's migrations leave a one-stage approval on the root, in which an author approves the own work."""
    stock = Workflow.objects.filter(name=STOCK)
    WorkflowPage.objects.filter(workflow__in=stock).delete()
    stock.filter(workflow_states=None).delete()
    stock.update(active=False)
    tasks = Task.objects.filter(name=STOCK)
    tasks.filter(task_states=None).delete()
    tasks.update(active=False)
