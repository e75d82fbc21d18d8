"""登记采用: paste, look, confirm. From an article it is also registered by whoever wrote it, and confirmed by the office."""

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from ...programme.people import People
from ...programme.rights import Rights
from ..adoption_forms import KEY, NEW, AdoptionForm, OwnAdoptionForm, PasteForm, proposed, reasons
from ..choices import FileKind
from ..clipping import Clipping, read_clipping
from ..fetching import LinkError, fetch_text, is_open
from ..known import dictionary_on
from ..models import Placement
from ..placing import article_for_placing, may_register
from ..rights import ContributionRights
from ..same_story import Alike, alike
from ..services.adoption import Adoption, register_adoption
from ..services.placements import AlreadyPlacedError

LOOK_AND_SEND = ["GET", "HEAD", "POST"]


def rights_of(request) -> ContributionRights:
    return ContributionRights(Rights(request.user, timezone.localdate()))


@never_cache
@login_required
@require_http_methods(LOOK_AND_SEND)
def adopt(request):
    rights = rights_of(request)
    if not rights.is_office:
        raise Http404
    context = {"rights": rights, "done": _done(request)}
    if request.method != "POST":
        return render(request, "learning/contributions/adopt.html", context | {"paste": PasteForm()})
    if request.POST.get("action") == "confirm":
        return _confirm(request, rights, context)
    paste = PasteForm(request.POST)
    if not paste.is_valid():
        return render(request, "learning/contributions/adopt.html", context | {"paste": paste}, status=400)
    people = People(rights.today)
    pasted, clipping, problems = _read(paste.cleaned_data["pasted"], rights.today, people)
    stories = alike(title=clipping.title, text=clipping.text, day=clipping.published_on or rights.today)
    form = AdoptionForm(today=rights.today, people=people, why=reasons(clipping), initial=proposed(clipping, pasted=pasted))
    context |= {"paste": paste, "form": form, "problems": problems, "people": people}
    return render(request, "learning/contributions/adopt.html", context | _stories(stories, chosen=_likely(stories)))


def _read(pasted: str, today, people: People) -> tuple[str, Clipping, list[str]]:
    """What was pasted (with what its link led to, where links are fetched), what was read from it, what was wrong with it."""
    dictionary = dictionary_on(today, people=people)
    clipping = read_clipping(pasted, dictionary=dictionary, today=today)
    if not (is_open() and clipping.url and not clipping.text):
        return pasted, clipping, list(clipping.problems)
    try:
        fetched = fetch_text(clipping.url)
    except LinkError as error:
        return pasted, clipping, [*clipping.problems, str(error)]
    pasted = f"{clipping.url}\n{fetched}"
    clipping = read_clipping(pasted, dictionary=dictionary, today=today)
    return pasted, clipping, list(clipping.problems)


def _confirm(request, rights, context):
    people = People(rights.today)
    form = AdoptionForm(request.POST, today=rights.today, people=people)
    refused = None
    if form.is_valid():
        values = form.cleaned_data
        facts = Adoption(
            **form.facts,
            token=values["token"],
            article=values["story"],
            genre=values["genre"],
            written_on=values["written_on"],
            departments=values["departments"],
            authors=values["authors"],
            pasted=values["pasted"],
        )
        try:
            placement = register_adoption(facts=facts, by=request.user, now=timezone.now())
        except ValidationError as error:
            refused = error
            form.add_service_error(error)
        else:
            if placement.confirmed_at is None:
                messages.info(request, "您是作者之一，这条采用由宣传科的其他同事确认以后计入。")
            return redirect(f"{reverse('adopt')}?done={placement.pk}")
    title, text = (str(form.data.get(name, "")) for name in ("title", "text"))
    day = form.cleaned_data.get("published_on") or rights.today
    stories = alike(title=title.replace("\x00", "")[:200], text=text.replace("\x00", "")[:50_000], day=day)
    context |= {
        "paste": PasteForm(initial={"pasted": form.data.get("pasted", "")}),
        "form": form,
        "people": people,
        "known": refused.placement if isinstance(refused, AlreadyPlacedError) else None,
    }
    status = 409 if context["known"] else 400
    context |= _stories(stories, chosen=str(form.data.get("story", NEW)))
    return render(request, "learning/contributions/adopt.html", context, status=status)


def _likely(stories: list[Alike]) -> str:
    """The best one only where it is really likely: a wrong choice that nobody looks at joins two stories."""
    return str(stories[0].pk) if stories and stories[0].is_likely else NEW


def _stories(stories: list[Alike], *, chosen: str) -> dict:
    known = {str(one.pk) for one in stories}
    return {"stories": stories, "chosen": chosen if chosen in known else NEW, "new": NEW}


def _done(request) -> Placement | None:
    """What has just been registered: named in the address, so that a reload registers nothing."""
    key = request.GET.get("done", "")
    if not KEY.fullmatch(key):
        return None
    return Placement.objects.filter(pk=key, entered_by=request.user).select_related("outlet", "article").first()


@never_cache
@login_required
@require_http_methods(LOOK_AND_SEND)
def adopt_article(request, pk):
    """For the office, the authors of the article and the heads of its departments."""
    rights = rights_of(request)
    article = article_for_placing(pk, rights)
    if not may_register(rights, article):
        raise Http404
    facts = {"today": rights.today, "is_office": rights.is_office}
    known = None
    if request.method == "POST":
        form = OwnAdoptionForm(request.POST, **facts)
        if form.is_valid():
            adoption = Adoption(**form.facts, token=form.cleaned_data["token"], article=article)
            try:
                placement = register_adoption(facts=adoption, by=request.user, now=timezone.now())
            except ValidationError as error:
                known = error.placement if isinstance(error, AlreadyPlacedError) else None
                form.add_service_error(error)
            else:
                messages.success(
                    request, "已登记采用。" if placement.confirmed_at else "已登记，宣传科确认以后计入。有报样、截图的，请在下面上传。"
                )
                return redirect("placement", placement.pk)
    else:
        form = OwnAdoptionForm(initial=_from_article(article), **facts)
    context = {"rights": rights, "article": article, "form": form, "known": known if known and rights.is_office else None}
    status = (409 if known else 400) if form.errors else 200
    return render(request, "learning/contributions/adopt_article.html", context, status=status)


def _from_article(article) -> dict:
    sent_to = list(article.dispatches.all())
    return {
        "token": uuid.uuid4(),
        "title": article.title,
        "text": article.body,
        "outlet": sent_to[0].outlet_id if len(sent_to) == 1 else None,
        "length": sum(not character.isspace() for character in article.body) or None,
        "has_picture": any(file.kind == FileKind.PICTURE for file in article.files.all()),
        "is_reprint": article.is_reprint,
    }
