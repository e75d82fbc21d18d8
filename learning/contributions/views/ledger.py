"""The ledger of a department or a person on the screen: a page of rows that add up with what is carried over, and the sum of all."""

from dataclasses import dataclass

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from ...organisation.models import Department, StaffMember
from ...questions.desks import desks_of
from ...questions.links import About, ask_url
from ...questions.models import Question
from ..choosing import Chosen, chosen_period, terms_around
from ..ledgers import (
    PER_PAGE,
    Account,
    Totals,
    adopted_pieces,
    ledger_rows,
    quotas_of,
    rules_in,
    submitted_pieces,
    sum_before,
    sum_of,
    unscored_pieces,
)
from ..models import RuleSet
from ..quotas import QuotaRow
from ..recalculating import is_recalculated
from ..rights import ContributionRights
from ..rounding import points_text
from ..standing import heads_of
from .standings import rights_of

DESK = "contributions"
URLS = {True: "department_ledger", False: "person_ledger"}


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose ledger, of which days; `shares` are its rows, not yet asked for."""

    rights: ContributionRights
    chosen: Chosen
    account: Account
    rule_sets: list[RuleSet]
    quotas: list[QuotaRow]
    shares: object

    @property
    def title(self) -> str:
        return f"{self.account.name}{self.chosen.label}新闻宣传得分台账"

    @property
    def url(self) -> str:
        return reverse(URLS[self.account.is_department], args=[self.account.key])

    @property
    def xlsx_url(self) -> str:
        return reverse(f"{URLS[self.account.is_department]}_xlsx", args=[self.account.key])

    @property
    def is_by_sample_rules(self) -> bool:
        return any(rules.is_sample for rules in self.rule_sets)


def department_asked(request, pk: int) -> Asked:
    """Raises Http404 for whoever has no business with it."""
    rights = rights_of(request)
    if not rights.may_see_department(pk):
        raise Http404
    return _asked(request, rights, Account.of_department(get_object_or_404(Department, pk=pk)))


def person_asked(request, pk: int) -> Asked:
    """Raises Http404 for whoever has no business with it."""
    rights = rights_of(request)
    staff = get_object_or_404(StaffMember.objects.with_department_on(rights.today), pk=pk)
    if not rights.may_see_person(staff.pk, staff.department_on):
        raise Http404
    return _asked(request, rights, Account.of_person(staff))


def _asked(request, rights: ContributionRights, account: Account) -> Asked:
    chosen = chosen_period(request.GET, rights.today)
    rule_sets = rules_in(chosen, rights.today)
    quotas = quotas_of(account, chosen, rule_sets=rule_sets, uses=chosen.uses, today=rights.today)
    return Asked(rights, chosen, account, rule_sets, quotas, account.shares(chosen, chosen.uses))


@never_cache
@login_required
@require_safe
def department_ledger(request, pk):
    return _shown(request, department_asked(request, pk))


@never_cache
@login_required
@require_safe
def person_ledger(request, pk):
    return _shown(request, person_asked(request, pk))


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the table with the link to ask about it and what was asked."""

    row: object
    ask_url: str
    questions: list[Question]


def _shown(request, asked: Asked):
    account, chosen, today = asked.account, asked.chosen, asked.rights.today
    page = Paginator(asked.shares, PER_PAGE).get_page(request.GET.get("page"))
    rows = list(ledger_rows(page.object_list))
    questions = _questions(request.user, [row.key for row in [*rows, *asked.quotas]])
    before = sum_before(asked.shares, page.start_index() - 1 if rows else 0)
    on_page = sum((row.points for row in rows), start=0 * before)
    totals = Totals(sum_of(asked.shares), sum((row.points for row in asked.quotas), start=0 * before))
    here = f"{asked.url}?{chosen.query}"
    heads = heads_of(account.key, min(chosen.last, today)) if account.is_department else None
    context = {
        "rights": asked.rights,
        "asked": asked,
        "account": account,
        "chosen": chosen,
        "rows_of_terms": terms_around(chosen, today),
        "page": page,
        "page_numbers": page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1),
        "gap": Paginator.ELLIPSIS,
        "query": chosen.query,
        "lines": [_line(row, f"{here}&page={page.number}#share-{row.share}", questions) for row in rows],
        "quota_lines": [_line(row, f"{here}#quotas", questions) for row in asked.quotas],
        "before": points_text(before) if page.number > 1 else "",
        "on_page": points_text(on_page),
        "totals": totals,
        "has_rounded": any(row.is_rounded for row in rows),
        "submitted": submitted_pieces(account, chosen),
        "adopted": adopted_pieces(account, chosen),
        "unscored": unscored_pieces(account, chosen),
        "is_recalculated": is_recalculated(chosen),
        "heads": heads,
        "heads_on": min(chosen.last, today),
        "per_head": points_text(totals.points / heads) if heads else "",
        "is_own": asked.rights.staff is not None and not account.is_department and asked.rights.staff.pk == account.key,
        "printed_on": timezone.localdate(),
    }
    return render(request, "learning/contributions/ledger.html", context)


def _line(row, url: str, questions: dict[str, list[Question]]) -> Line:
    return Line(row, ask_url(About(desk=DESK, key=row.key, about=row.about[:200], url=url)), questions.get(row.key, []))


def _questions(user, keys: list[str]) -> dict[str, list[Question]]:
    """What was asked about the lines by the reader, or by anybody where the reader answers for the desk."""
    found: dict[str, list[Question]] = {}
    desks = [desk.key for desk in desks_of(user)]
    for question in Question.objects.filter(desk=DESK, about_key__in=keys).seen_by(user, desks).order_by("asked_at", "pk"):
        found.setdefault(question.about_key, []).append(question)
    return found
