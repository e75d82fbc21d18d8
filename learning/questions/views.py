from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from .corrections import corrections_of
from .desks import desks_of, find_desk
from .forms import AnswerForm, AskForm
from .links import read_about
from .models import Question
from .rights import may_answer, may_see
from .services import AskedAlreadyError, answer, ask, open_question

LOOK_AND_SEND = ["GET", "HEAD", "POST"]
PER_PAGE = 20
STATES = (("", "全部"), ("waiting", "待答复"), ("answered", "已答复"))
MINE = "mine"


@never_cache
@login_required
@require_safe
def questions(request):
    """Whoever answers sees what waits for the desk first; everybody sees the own with their answers."""
    desks = desks_of(request.user)
    is_mine_only = not desks or request.GET.get("whose") == MINE
    state = request.GET.get("state", "")
    keys = [] if is_mine_only else [desk.key for desk in desks]
    found = Question.objects.seen_by(request.user, keys)
    waiting = found.waiting().count()
    if state == "waiting":
        found = found.waiting()
    elif state == "answered":
        found = found.answered()
    rows = found.waiting_first().select_related("asked_by", "answered_by")
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    for one in page:
        one.desk_label = desk_label(one)
    whose = {"whose": MINE} if desks and is_mine_only else {}
    context = {
        "page": page,
        "page_numbers": page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1),
        "gap": page.paginator.ELLIPSIS,
        "query": urlencode(whose | ({"state": state} if state in ("waiting", "answered") else {})),
        "waiting": waiting,
        "is_desk": bool(desks),
        "is_mine_only": is_mine_only,
        "states": [(label, urlencode(whose | ({"state": key} if key else {})), key == state) for key, label in STATES],
    }
    return render(request, "learning/questions/questions.html", context)


def desk_label(question: Question) -> str:
    desk = find_desk(question.desk)
    return desk.label if desk else "主管科室"


@never_cache
@login_required
@require_http_methods(LOOK_AND_SEND)
def ask_question(request):
    """The form stays at the address of its link: what is asked about is read from the signed token each time."""
    about = read_about(request.GET.get("about", ""))
    if about is None or find_desk(about.desk) is None:
        return render(request, "learning/questions/damaged_link.html", status=400)
    waiting, form = None, AskForm(request.POST if request.method == "POST" else None)
    if request.method != "POST":
        waiting = open_question(about, request.user)
    elif form.is_valid():
        try:
            asked = ask(about=about, text=form.cleaned_data["text"], by=request.user, now=timezone.now())
        except AskedAlreadyError as error:
            waiting = error.question
            form.add_error(None, error)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, f"疑问已交给{desk_label(asked)}，有答复会发站内消息。")
            return redirect("question", asked.pk)
    context = {"about": about, "form": form, "waiting": waiting, "desk_label": find_desk(about.desk).label}
    return render(request, "learning/questions/ask.html", context, status=400 if form.errors else 200)


@never_cache
@login_required
@require_http_methods(LOOK_AND_SEND)
def question(request, pk):
    found = get_object_or_404(Question.objects.select_related("asked_by", "answered_by"), pk=pk)
    if not may_see(request.user, found):
        raise Http404
    answers, form = may_answer(request.user, found), None
    if request.method == "POST" and not answers:
        raise PermissionDenied(f"这条疑问由{desk_label(found)}答复。")
    if answers:
        form = AnswerForm(request.POST if request.method == "POST" else None, initial=_initial(found))
    if form and form.is_bound and form.is_valid():
        try:
            answer(
                question=found,
                text=form.cleaned_data["text"],
                by=request.user,
                now=timezone.now(),
                corrects=moment_of(form.cleaned_data["corrects"]),
            )
        except ValidationError as error:
            form.add_error(None, error)
            found.refresh_from_db()
            form.data = form.data.copy()
            form.data["corrects"] = _initial(found)["corrects"]  # what is shown now may be corrected next
        else:
            messages.success(request, "答复已发给提问的人。")
            return redirect("question", pk)
    context = {
        "question": found,
        "desk_label": desk_label(found),
        "is_own": found.asked_by_id == request.user.pk,
        "form": form,
        "corrections": corrections_of(found) if found.answered_at else [],
    }
    return render(request, "learning/questions/question.html", context, status=400 if form and form.errors else 200)


def _initial(question: Question) -> dict:
    return {"text": question.answer, "corrects": question.answered_at.isoformat() if question.answered_at else ""}


def moment_of(text: str):
    """None for the first answer, and for what is no moment: the service then finds it overtaken."""
    try:
        moment = parse_datetime(text)
    except ValueError:
        return None
    return moment if moment is not None and timezone.is_aware(moment) else None
