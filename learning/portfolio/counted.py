"""「这条算进了」 of a plan, a statement, a 收获运用, an achievement."""

from ..programme.counting_in import CountedLine, counts_toward
from ..programme.rights import Rights
from .choices import PlanState, StatementState
from .facts import ACHIEVEMENT, APPLICATION, DEPARTMENT_STATEMENT, PLAN, STATEMENT
from .models import Achievement, Application, DepartmentStatement, StudyPlan, StudyStatement

PLAN_DOES_NOT = {
    PlanState.DRAFT: "草稿还没有提交，哪里都不算。",
    PlanState.HANDED_IN: "等待批准。批准以后按提交的日期算，批得晚不算逾期。",
    PlanState.RETURNED: "已退回，哪里都不算。改好重新提交，批准以后再算。",
}
STATEMENT_DOES_NOT = {StatementState.DRAFT: "草稿还没有提交，哪里都不算。"}


def lines_of_plan(plan: StudyPlan | None, rights: Rights) -> list[CountedLine]:
    """Nothing of what is not there."""
    return counts_toward((PLAN,), plan.pk, rights=rights, why_not=PLAN_DOES_NOT.get(plan.state, "")) if plan else []


def lines_of_statement(statement: StudyStatement | None, rights: Rights) -> list[CountedLine]:
    why_not = STATEMENT_DOES_NOT.get(statement.state, "") if statement else ""
    return counts_toward((STATEMENT,), statement.pk, rights=rights, why_not=why_not) if statement else []


def lines_of_department_statement(statement: DepartmentStatement | None, rights: Rights) -> list[CountedLine]:
    why_not = STATEMENT_DOES_NOT.get(statement.state, "") if statement else ""
    return counts_toward((DEPARTMENT_STATEMENT,), statement.pk, rights=rights, why_not=why_not) if statement else []


def lines_of_entry(entry: Application | Achievement, rights: Rights) -> list[CountedLine]:
    kind = APPLICATION if isinstance(entry, Application) else ACHIEVEMENT
    return counts_toward((kind,), entry.pk, rights=rights)
