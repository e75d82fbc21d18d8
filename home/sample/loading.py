"""Builds the sample site: groups, review, columns, the real notice, made-up articles, people and sign-ins. Running it again adds nothing."""

import datetime
from pathlib import Path

from django.conf import settings
from django.contrib.auth.models import Group
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone
from django.utils.html import escape
from wagtail.models import Page, Site
from wagtail.rich_text import RichText

from cms.core.models import SiteIdentity
from cms.core.services import add_page, name_roots
from cms.files.services import store_document
from cms.review.services import ensure_workflow
from cms.users.models import User
from cms.users.roles import ensure_groups
from learning.library.notice_import import import_notice_file
from learning.models import (
    ArticleAttachment,
    BranchMembership,
    ColumnPage,
    Department,
    KeyPoint,
    LeadingGroup,
    LeadingGroupOffice,
    Lecturer,
    LectureRecordPage,
    NoticePage,
    PartyBranch,
    Posting,
    RelatedPage,
    StaffMember,
    StudyMaterialPage,
    Topic,
)
from learning.organisation.names import sort_key
from learning.reading.services.room import open_room

from ..models import HomePage
from . import articles as texts
from . import people
from .contributions import load_contributions
from .portfolio import load_portfolio
from .programme import load_year
from .reading import load_reading

NOTICE = Path(__file__).parent / "notice.txt"


class NotASampleSiteError(Exception):
    """The database holds a site of its own, or the settings are those of production."""


def _body_of(lines) -> list:
    """The little markup of `articles.py` as a document body."""
    body, table = [], []

    def close_table():
        if table:
            body.append(("table", {"data": [list(row) for row in table], "first_row_is_table_header": True, "first_col_is_header": False}))
            table.clear()

    for line in lines:
        if line.startswith("| "):
            table.append([cell.strip() for cell in line[2:].split(" | ")])
            continue
        close_table()
        if line.startswith("### "):
            body.append(("heading", {"text": line[4:], "level": "h3"}))
        elif line.startswith("## "):
            body.append(("heading", {"text": line[3:], "level": "h2"}))
        elif line.startswith("> "):
            text, _dash, source = line[2:].partition(" —— ")
            body.append(("quote", {"text": text, "source": source}))
        else:
            body.append(("paragraph", RichText(f"<p>{escape(line)}</p>")))
    close_table()
    return body


def _add_article(model, article: texts.Article, *, columns, departments, topics, now):
    day = now - datetime.timedelta(days=article.days_ago)
    extra = dict(article.extra)
    public = extra.pop("public", False)
    lecturers, key_points = extra.pop("lecturers", ()), extra.pop("key_points", ())
    if "composed_days_ago" in extra:
        extra["composed_on"] = timezone.localdate(now) - datetime.timedelta(days=extra.pop("composed_days_ago"))
    page = model(
        slug=article.slug,
        title=article.title,
        summary=article.summary,
        source=article.source,
        shown_at=day.replace(second=0, microsecond=0),
        area=article.area,
        department=departments.get(article.department),
        pinned_until=timezone.localdate(now) + datetime.timedelta(days=article.pinned_days) if article.pinned_days else None,
        body=_body_of(article.body),
        **extra,
    )
    if lecturers:
        held = day.replace(hour=6, minute=30, second=0, microsecond=0)  # 14:30 in Shanghai
        page.held_from, page.held_until = held, held + datetime.timedelta(hours=2)
        page.lecturers = [Lecturer(name=name, post=post, sort_order=order) for order, (name, post) in enumerate(lecturers)]
        page.key_points = [KeyPoint(text=text, sort_order=order) for order, text in enumerate(key_points)]
    page.topics = [topics[name] for name in article.topics]
    return add_page(parent=columns[article.column], page=page, publish=True, public=public)


def _load_organisation(today: datetime.date) -> dict[str, Department]:
    started = datetime.date(today.year - 3, 1, 1)
    bureau = Department.objects.create(name=people.BUREAU, kind=Department.Kind.BUREAU)
    departments = {
        name: Department.objects.create(name=name, kind=kind, parent=bureau, position=position)
        for kind, names in people.DEPARTMENTS.items()
        for position, name in enumerate(names)
    }
    branches = [PartyBranch.objects.create(name=name, position=position) for position, name in enumerate(people.BRANCHES)]
    staff = {}
    for name, number, department, title, is_head, branch, role in people.PEOPLE:
        person = StaffMember.objects.create(name=name, employee_number=number, sort_key=sort_key(name))
        Posting.objects.create(staff=person, department=departments[department], title=title, is_head=is_head, started_on=started)
        if branch is not None:
            BranchMembership.objects.create(staff=person, branch=branches[branch], role=role, started_on=started)
        staff[number] = person
    group = LeadingGroup.objects.create(name=people.LEADING_GROUP, basis="示范市教育局学习型机关建设实施方案，第五部分")
    for role, number, post in people.OFFICES:
        LeadingGroupOffice.objects.create(group=group, staff=staff[number], role=role, post=post, started_on=started)
    for username, display_name, number, groups, is_superuser in people.ACCOUNTS:
        user = User.objects.create(username=username, display_name=display_name, is_superuser=is_superuser, is_staff=is_superuser)
        user.set_password(people.SAMPLE_PASSWORD)
        user.save()
        user.groups.set(Group.objects.filter(name__in=groups))
        if number:
            StaffMember.objects.filter(pk=staff[number].pk).update(user=user)
    return departments


def _load_pages(departments, now) -> None:
    root = Page.get_first_root_node()
    welcome = root.get_children().filter(slug="home").first()
    if welcome and welcome.specific_class is Page:
        welcome.delete()
        root = Page.get_first_root_node()
    home = add_page(parent=root, page=HomePage(title="首页", slug="home", motto="把学习写进工作，把成果留在档案"), publish=True)
    Site.objects.update_or_create(is_default_site=True, defaults={"hostname": "localhost", "port": 80, "root_page": home, "site_name": ""})
    site = Site.objects.get(is_default_site=True)
    columns = {
        column.slug: add_page(
            parent=home, page=ColumnPage(title=column.title, slug=column.slug, intro=column.intro, show_in_menus=True), publish=True
        )
        for column in texts.COLUMNS
    }
    topics = {}
    for area, names in texts.TOPICS.items():
        for position, name in enumerate(names):
            topics[name] = Topic.objects.create(area=area, name=name, position=position)
    kit = {"columns": columns, "departments": departments, "topics": topics, "now": now}
    for model, sample in (
        (NoticePage, texts.NOTICES),
        (StudyMaterialPage, texts.MATERIALS),
        (LectureRecordPage, texts.LECTURES),
    ):
        for article in sample:
            _add_article(model, article, **kit)
    open_room(parent=home)
    notice = import_notice_file(data=NOTICE.read_bytes(), filename=NOTICE.name, parent_slug="liangxueyizuo", publish=True).page
    _round_off(notice, StudyMaterialPage.objects.get(slug="duyuanzhu-xue-yuanwen"))
    SiteIdentity.objects.update_or_create(
        site=site,
        defaults={
            "site_name": "学习型机关建设平台",
            "bureau_name": people.BUREAU,
            "tagline": "学习资料 · 讲座记录 · 读书心得",
            "undertaken_by": "机关党委",
            "contact": "0000-0000000（工作日 8:30—18:00）",
        },
    )


def _round_off(notice: NoticePage, related: StudyMaterialPage) -> None:
    """Give the imported notice what an editor would: an area, a summary, an attachment, related material."""
    page = notice.get_latest_revision_as_object()
    page.area = "political_theory"
    page.summary = "指导思想、目标任务、内容、八种形式载体和组织保障，全市教育机关学习型建设的总体安排。"
    source = store_document(data=ContentFile(NOTICE.read_bytes()).read(), title="实施方案（原文文本）", name="实施方案.txt")
    page.attachments = [ArticleAttachment(document=source, title="实施方案（原文文本）", sort_order=0)]
    page.related_pages = [RelatedPage(related=Page.objects.get(pk=related.pk), sort_order=0)]
    page.save_revision().publish()


def load_sample_site(
    *,
    now: datetime.datetime | None = None,
    with_year: bool = True,
    with_reading: bool = True,
    with_contributions: bool = True,
    with_portfolio: bool = True,
) -> bool:
    """Build the sample site in an empty database; returns False when it is there already.

    `with_year`: with a year of the programme; `with_reading`: with books, reflections, an exhibition and stars;
    `with_contributions`: with media articles, scores and research; `with_portfolio`: with what people add to their five-haves files.

    Raises NotASampleSiteError where the site's own pages are, or under production settings: sample accounts have a printed password.
    """
    now = now or timezone.now()
    if HomePage.objects.exists():
        if User.objects.filter(username=people.ACCOUNTS[0][0]).exists():
            return False
        raise NotASampleSiteError("这个数据库里已有自己的网站，示例内容没有装入。")
    if settings.SESSION_COOKIE_SECURE:
        raise NotASampleSiteError("示例账号的密码是公开的，正式环境（cms.settings.base）不装入示例内容。")
    with transaction.atomic():
        name_roots()
        ensure_groups()
        ensure_workflow()
        departments = _load_organisation(timezone.localdate(now))
        _load_pages(departments, now)
        if with_year:
            load_year(now=now)
        if with_reading:
            load_reading(now=now)
        if with_contributions:
            load_contributions(now=now)
        if with_portfolio:
            load_portfolio(now=now)
    return True
