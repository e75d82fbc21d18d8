"""The contributions of the sample site: a year of pieces, where they were used, what they count by the sample rules, research.

Like the programme's year, through the services that people use.
"""

import datetime
import uuid

from cms.inbox.services import mark_all_read
from cms.users.models import User
from learning.contributions.bylines import AuthorLine, DepartmentLine
from learning.contributions.services.adoption import Adoption, register_adoption
from learning.contributions.services.articles import hand_in_article, save_article
from learning.contributions.services.calls import publish_focus, send_call
from learning.contributions.services.outlets import save_outlet
from learning.contributions.services.review import pass_article, return_article, send_article, set_aside_article
from learning.contributions.services.rules import activate_rules, load_sample_rules
from learning.models import Department, MediaArticle, Outlet, OutletGrade, OutletName, StaffMember
from learning.periods import SHANGHAI, PeriodKind, period_of

from . import contributions_texts as texts
from .accounts import give_accounts
from .research import load_research

DAY = datetime.timedelta(days=1)


def _at(day: datetime.date, hour: int = 10) -> datetime.datetime:
    return datetime.datetime.combine(day, datetime.time(hour), tzinfo=SHANGHAI)


def _outlets(today, officer) -> dict[str, Outlet]:
    since = datetime.date(today.year - 3, 1, 1)
    outlets = {}
    for name, medium, level, weight_class, is_key, names in texts.OUTLETS:
        outlet = Outlet(name=name, medium=medium, is_key=is_key)
        outlet.names = [OutletName(text=other) for other in names]
        outlet.grades = [OutletGrade(level=level, weight_class=weight_class, since=since)]
        outlets[name] = save_outlet(outlet=outlet, by=officer)
    return outlets


class _Office:
    """Writes, hands in, passes on and sends what a row of the texts says."""

    def __init__(self, *, today, officer, outlets):
        self.today, self.officer, self.outlets = today, officer, outlets
        self.staff = {person.employee_number: person for person in StaffMember.objects.select_related("user")}
        self.departments = {department.name: department for department in Department.objects.all()}
        heads = StaffMember.objects.filter(postings__is_head=True).values_list("postings__department__name", "pk")
        self.heads = {name: next(one for one in self.staff.values() if one.pk == pk) for name, pk in heads}

    def handed_in(self, title, genre, department, authors, day, body) -> MediaArticle:
        """As it lies with the head of its department, or, a head's own, with the office."""
        people = [self.staff[number] for number in authors]
        article = save_article(
            token=uuid.uuid4(),
            title=title,
            body=body,
            genre=genre,
            written_on=day,
            authors=[AuthorLine(person.name, person) for person in people],
            departments=[DepartmentLine(self.departments[department])],
            by=people[0].user,
            now=_at(day, 9),
        )
        return hand_in_article(article=article, by=people[0].user, now=_at(day, 10))

    def reported(self, *row) -> MediaArticle:
        """As it lies with the office."""
        article, day = self.handed_in(*row), row[4]
        if article.state == "section":
            article = pass_article(article=article, by=self.heads[row[2]].user, now=_at(day, 16))
        return article

    def sent(self, outlets, *row) -> MediaArticle:
        article, day = self.reported(*row), row[4]
        return send_article(article=article, outlets=outlets, sent_on=day, by=self.officer, now=_at(day, 17))

    def adopted(self, uses, *row) -> None:
        title, genre, _department, _authors, day, body = row
        article = self.sent([self.outlets[name] for name, *_rest in uses], *row)
        for name, after, page, position, has_picture in sorted(uses, key=lambda use: use[1]):
            published_on = day + after * DAY
            facts = Adoption(
                token=uuid.uuid4(),
                title=title,
                outlet=self.outlets[name],
                published_on=published_on,
                article=article,
                page=page,
                position=position,
                length=60 if self.outlets[name].medium in ("radio", "television") else len(body) * 4,
                has_picture=has_picture,
                genre=genre,
                pasted=f"{title}\n来源：{name} {published_on:%Y-%m-%d}\n{body}",
            )
            register_adoption(facts=facts, by=self.officer, now=_at(min(published_on + DAY, self.today), 9))


def _on_the_way(office: _Office) -> None:
    for title, genre, department, authors, ago, body, fate in texts.ON_THE_WAY:
        day = office.today - ago * DAY
        row = (title, genre, department, authors, day, body)
        match fate:
            case "draft":
                author = office.staff[authors[0]]
                save_article(
                    token=uuid.uuid4(),
                    title=title,
                    body=body,
                    genre=genre,
                    written_on=day,
                    authors=[AuthorLine(author.name, author)],
                    departments=[DepartmentLine(office.departments[department])],
                    by=author.user,
                    now=_at(day),
                )
            case "section":
                office.handed_in(*row)
            case "office":
                office.reported(*row)
            case "sent":
                office.sent([office.outlets["示范日报"]], *row)
            case "unused":
                article = office.reported(*row)
                set_aside_article(
                    article=article, reason="no_news", note="值班表不是新闻，写写值班的人。", by=office.officer, now=_at(day + DAY)
                )
            case "returned":
                article = office.reported(*row)
                return_article(
                    article=article, reason="wording", note="窗口一天写得像流水账，挑一件事写透。", by=office.officer, now=_at(day + DAY)
                )


def load_contributions(*, now: datetime.datetime) -> None:
    """Make them. The organisation has to be there."""
    today = now.astimezone(SHANGHAI).date()
    officer, clerk = User.objects.get(username="xuanchuan"), User.objects.get(username="dangwei")
    give_accounts({person.employee_number: person for person in StaffMember.objects.filter(left_on__isnull=True)})
    outlets = _outlets(today, officer)
    begins = datetime.date((today - 300 * DAY).year, 1, 1)
    rules = load_sample_rules(by=officer, now=_at(begins))
    activate_rules(rule_set=rules, by=officer, now=_at(begins))
    office = _Office(today=today, officer=officer, outlets=outlets)
    for title, genre, department, authors, ago, body, uses in texts.PIECES:
        past = [use for use in uses if use[1] < ago]
        office.adopted(past, title, genre, department, authors, today - ago * DAY, body)
    for user in User.objects.filter(staff_member__isnull=False):
        mark_all_read(by=user, now=now)  # the news of a year is old
    _on_the_way(office)
    topic, text = texts.COMMISSION
    called = [office.departments[name] for name in ("办公室", "基础教育科", "职业教育科", "安全科", "教研室")]
    send_call(topic=topic, text=text, due_on=today + 9 * DAY, departments=called, by=officer, now=_at(today - 3 * DAY))
    month = period_of(today, PeriodKind.MONTH).first
    publish_focus(month=month, text=texts.FOCUS, was="", by=officer, now=_at(month, 9))
    load_research(office.staff, office.departments, clerk=clerk, today=today)
