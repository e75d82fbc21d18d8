"""Every address the resolver knows, and a site with something behind each of them. Used by the access table and the safety crawls."""

import io
import re
from dataclasses import dataclass

from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.core.files.base import ContentFile
from django.urls import URLResolver, get_resolver
from django.utils import timezone
from wagtail.admin.models import EditingSession
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import (
    BaseViewRestriction,
    Collection,
    CollectionViewRestriction,
    Page,
    PageViewRestriction,
    Site,
    UploadedFile,
    Workflow,
)

from cms.core.services import add_page
from cms.feedback.models import FeedbackEntry
from cms.files.models import CustomDocument, CustomImage
from cms.files.services import store_document, store_image
from cms.imports.services import upload_batch
from cms.inbox.models import Channel, Message
from cms.inbox.services import send_messages
from cms.jobs.models import JobRun
from cms.review.models import ReviewTask
from cms.users.models import User
from cms.users.roles import ROLES
from home.sample.loading import load_sample_site
from learning.models import (
    Absence,
    ArticleAttachment,
    Book,
    BranchMembership,
    CalendarDay,
    CalendarToken,
    Caution,
    ColumnPage,
    Department,
    InterestGroup,
    LeadingGroup,
    LeadingGroupOffice,
    LeaveRequest,
    LectureRecordPage,
    MakeUp,
    MonthlyList,
    NoticePage,
    PartyBranch,
    PlanItem,
    Posting,
    Session,
    StaffMember,
    StudyMaterialPage,
    Topic,
)
from learning.programme.services.sessions import add_file
from tests.factories.contributions import MediaArticleFactory, OutletFactory, ResearchReportFactory, RuleSetFactory
from tests.factories.portfolio import FiveHavesFileFactory

ANONYMOUS, SUPERUSER = "anonymous", "superuser"
# Reviewers of reflections have the rights of any member of the staff and one more, which `test_reading_access.py` looks at.
PEOPLE = (ANONYMOUS, *(role.name for role in ROLES if role.name != "心得评阅员"), SUPERUSER)
CONVERTED = re.compile(r"<(?:(?P<converter>\w+):)?(?P<name>\w+)>")
SMALLEST_PICTURE = b"GIF89a\x01\x00\x01\x00\x80\x00\x00\xff\xff\xff\x00\x00\x00!\xf9\x04\x00\x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"


@dataclass(frozen=True)
class Pattern:
    name: str  # with its namespaces; the route again where it has none
    route: str


def patterns(resolver=None, prefix="", namespaces=()):
    """Every URL pattern below `resolver`, in the resolver's order."""
    for entry in (resolver or get_resolver()).url_patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from patterns(entry, route, (*namespaces, entry.namespace) if entry.namespace else namespaces)
        else:
            yield Pattern(":".join([*namespaces, entry.name]) if entry.name else route, route)


class NoValueError(Exception):
    """A pattern has a part that the sample site has no value for: add one to `Places.values`."""


@dataclass
class Places:
    """The sample site with one object behind every address; `values` are what the parts of routes are filled with."""

    people: dict[str, User | None]
    pages: dict[str, Page]
    values: dict[str, object]
    objects: dict[str, object]

    def address(self, pattern: Pattern, objects: dict | None = None) -> str:
        """`pattern` filled with the objects of the site, `objects` before them. Raises NoValueError."""
        namespace = pattern.name.rpartition(":")[0] or pattern.name
        known = {**self.values, **self.values.get(namespace, {}), **self.values.get(pattern.name, {}), **(objects or {})}
        if "path" in known:
            return str(known["path"])

        def fill(match):
            if match["name"] not in known:
                raise NoValueError(f"{pattern.name} ({pattern.route}): {match['name']}")
            return str(known[match["name"]])

        return "/" + CONVERTED.sub(fill, pattern.route.replace("^", "")).removesuffix("$")


def _people() -> dict[str, User | None]:
    people: dict[str, User | None] = {ANONYMOUS: None}
    for number, role in enumerate(ROLES):
        people[role.name] = User.objects.create(username=f"role{number}", display_name=role.name)
        people[role.name].groups.add(Group.objects.get(name=role.name))
    people[SUPERUSER] = User.objects.create(username="super", display_name="超级用户", is_superuser=True, is_staff=True)
    return people


def restrict(page, *, to: str | None = None):
    """Close `page` to all but signed-in people, or to the members of the group `to`."""
    kind = BaseViewRestriction.GROUPS if to else BaseViewRestriction.LOGIN
    PageViewRestriction.objects.filter(page=page).delete()
    restriction = PageViewRestriction.objects.create(page=page, restriction_type=kind)
    if to:
        restriction.groups.add(Group.objects.get(name=to))


def attach(document, *, to):
    page = to.specific
    page.attachments.add(ArticleAttachment(document=document))
    page.save()


def close_collection(name: str, *, to: str | None = None) -> Collection:
    collection = Collection.get_first_root_node().add_child(name=name)
    kind = BaseViewRestriction.GROUPS if to else BaseViewRestriction.LOGIN
    restriction = CollectionViewRestriction.objects.create(collection=collection, restriction_type=kind)
    if to:
        restriction.groups.add(Group.objects.get(name=to))
    return collection


def _pages(people) -> dict[str, Page]:
    home = Site.objects.get(is_default_site=True).root_page
    column = ColumnPage.objects.get(slug="xuexiziliao")
    now = timezone.now()

    def material(title, **facts):
        by = facts.pop("by", None)
        page = StudyMaterialPage(title=title, slug=facts.pop("slug"), shown_at=now)
        return add_page(parent=Page.objects.get(pk=column.pk).specific, page=page, by=by, **facts)

    pages = {
        "home": home,
        "column": column,
        "notice": NoticePage.objects.get(slug__startswith="guan-yu-yin-fa"),
        "lecture": LectureRecordPage.objects.get(slug="san-jidu-lianzheng-jiaoyu"),
        "own_draft": material("编辑自己的草稿", slug="own-draft", by=people["编辑"]),
        "draft": material("别人的草稿", slug="other-draft", by=people["宣传科"]),
        "for_clerks": material("只给机关党委看的", slug="for-clerks", publish=True),
        "in_review": material("正在审核的", slug="in-review", by=people["编辑"]),
        "closed_column": add_page(parent=home.specific, page=ColumnPage(title="内部栏目", slug="closed"), publish=True),
        "draft_column": add_page(parent=home.specific, page=ColumnPage(title="没发布的栏目", slug="unborn")),
    }
    restrict(pages["for_clerks"], to="机关党委办事员")
    restrict(pages["closed_column"])
    return pages


def _programme(people) -> dict[str, dict]:
    """What the programme's addresses are filled with, by name: the sample year has something behind each."""
    held = Session.objects.held().order_by("-starts_at").first()
    coming = Session.objects.to_come().filter(plan_item__isnull=False, leave_requests__isnull=True).order_by("starts_at").first()
    row = held.attendances.expected().first()
    file = add_file(session=held, data="签到".encode(), name="签到.txt", kind="other", by=people[SUPERUSER], now=timezone.now())
    token = CalendarToken.objects.create(user=User.objects.get(username="zhigong"), created_at=timezone.now())
    item = PlanItem.objects.filter(owed_by="organ", requirement__opens_sessions=False).first()
    sessions = (
        *("session", "edit_session", "move_session", "cancel_session", "notify_session", "session_materials", "session_points"),
        *("session_files", "ask_leave", "session_sign_in", "sign_in_sheet", "sign_in_code", "sign_in_code_picture"),
    )
    return {
        **{name: {"pk": coming.pk} for name in sessions},
        **{name: {"pk": held.pk} for name in ("roll", "session_record", "session_record_docx", "lecture_record", "make_up")},
        **{name: {"pk": held.pk, "file_pk": file.pk} for name in ("session_file", "remove_session_file")},
        **{name: {"pk": LeaveRequest.objects.waiting().first().pk} for name in ("leave_request", "withdraw_leave")},
        **{name: {"item_pk": item.pk} for name in ("gap_cell", "remind_gap", "item_done", "open_item_session")},
        "correct_attendance": {"pk": held.pk, "attendance_pk": row.pk},
        "check_make_up": {"pk": MakeUp.objects.to_check().first().pk},
        "revoke_calendar": {"pk": token.pk},
        "calendar_feed": {"token": token.token},
        "annual_plans": {"pk": item.plan_id},
        "plan_items": {"pk": item.pk},
        "requirements": {"pk": item.requirement_id},
        "study_formats": {"pk": item.requirement.study_format_id},
        "calendar_days": {"pk": CalendarDay.objects.first().pk},
        "cautions": {"pk": Caution.objects.first().pk},
        "absences": {"pk": Absence.objects.first().pk},
    }


def build_places() -> Places:
    """The sample site, one account for each role, and one object at least behind each pattern with a part to fill."""
    load_sample_site(with_contributions=False, with_portfolio=False)
    people = _people()
    pages = _pages(people)
    workflow = Workflow.objects.get(name="三审三校")
    workflow_state = workflow.start(pages["in_review"], people["编辑"])
    notice = pages["notice"]
    revision = notice.latest_revision
    open_document = CustomDocument.objects.get()
    documents = {
        name: store_document(data=f"{name}，内部文件".encode(), title=name, name=f"{name}.txt", by=people["编辑"])
        for name in ("staff_document", "clerks_document")
    }
    for document, collection in (
        (documents["staff_document"], close_collection("内部")),
        (documents["clerks_document"], close_collection("机关党委", to="机关党委办事员")),
    ):
        CustomDocument.objects.filter(pk=document.pk).update(collection=collection)
    attached_to = {
        "staff_document": "lecture",
        "clerks_document": "for_clerks",
        "lecture_document": "lecture",
        "draft_document": "draft",
        "unused_document": None,
    }
    for name, page in attached_to.items():
        if name not in documents:
            documents[name] = store_document(data=f"{name}，文件".encode(), title=name, name=f"{name}.txt", by=people["编辑"])
        if page:
            attach(documents[name], to=pages[page])
    image = store_image(data=SMALLEST_PICTURE, title="图", name="a", by=people["编辑"])
    rendition = image.get_rendition("original")
    uploads = {
        app: UploadedFile.objects.create(
            for_content_type=ContentType.objects.get_for_model(model),
            file=ContentFile(data, name=name),
            uploaded_by_user=people["编辑"],
        ).pk
        for app, model, data, name in (
            ("wagtaildocs", CustomDocument, b"text", "b.txt"),
            ("wagtailimages", CustomImage, SMALLEST_PICTURE, "b.gif"),
        )
    }
    entry = FeedbackEntry.objects.create(receipt_code="0" * 32, subject="意见", text="内容")
    colleague = User.objects.create(username="colleague", display_name="同事")
    own_batch, others_batch = (
        upload_batch(kind="roster", file=io.BytesIO(f"姓名,科室\n{name},办公室\n".encode()), name="名册.csv", by=people[role])
        for name, role in (("甲", "机关党委办事员"), ("乙", SUPERUSER))
    )
    send_messages(to=[people["编辑"], colleague], subject="提醒", url=notice.url, key="reminder", now=timezone.now())
    own_message, others_message = (Message.objects.get(recipient=person) for person in (people["编辑"], colleague))
    session = EditingSession.objects.create(
        user=people["编辑"], content_type=ContentType.objects.get_for_model(Page), object_id=notice.pk, last_seen_at=timezone.now()
    )
    alias = notice.create_alias(parent=pages["column"], update_slug="alias")
    redirect = Redirect.objects.create(old_path="/old", redirect_page=notice, site=Site.objects.get())
    values = {
        "page_id": notice.pk,
        "parent_page_id": pages["column"].pk,
        "page_to_move_id": notice.pk,
        "destination_id": ColumnPage.objects.get(slug="tongzhigonggao").pk,
        "revision_id": revision.pk,
        "task_state_id": workflow_state.current_task_state_id,
        "workflow_state_id": workflow_state.pk,
        "task_id": workflow_state.current_task_state.task_id,
        "content_type_app_name": "learning",
        "content_type_model_name": "studymaterialpage",
        "app_label": "learning",
        "app_name": "core",
        "model_name": "studymaterialpage",
        "action": "publish",
        "action_name": "approve",
        "image_id": image.pk,
        "filter_spec": "original",
        "document_id": open_document.pk,
        "doc_id": open_document.pk,
        "redirect_id": redirect.pk,
        "collection_id": Collection.get_first_root_node().pk,
        "restriction_id": CollectionViewRestriction.objects.first().pk,
        "page_view_restriction_id": PageViewRestriction.objects.first().pk,
        "session_id": session.pk,
        "object_id": notice.pk,
        "page_pk": notice.pk,
        "workflow_pk": workflow.pk,
        "uidb64": "MQ",
        "token": "set-password",
        # by namespace, where a part's name is everybody's
        "feed_column": {"page_id": pages["column"].pk},
        "wagtail_bulk_action": {"app_label": "wagtailcore", "model_name": "page", "action": "publish"},
        "wagtailadmin_pages:convert_alias": {"page_id": alias.pk},
        "wagtailadmin_api:pages": {"pk": notice.pk, "action_name": "delete"},
        "wagtailadmin_api:documents": {"pk": open_document.pk},
        "wagtailadmin_api:images": {"pk": image.pk},
        "wagtailadmin_pages:workflow_action": {"page_id": pages["in_review"].pk},
        "wagtailadmin_pages:collect_workflow_action_data": {"page_id": pages["in_review"].pk},
        "wagtailadmin_pages:confirm_workflow_cancellation": {"page_id": pages["in_review"].pk},
        "wagtailadmin_pages:workflow_preview": {"page_id": pages["in_review"].pk},
        "wagtailadmin_pages:workflow_history_detail": {"page_id": pages["in_review"].pk},
        "wagtailadmin_pages:revisions_compare": {"path": f"/admin/pages/{notice.pk}/revisions/compare/earliest...latest/"},
        "wagtailadmin_collections": {"pk": Collection.objects.last().pk},
        "wagtailadmin_workflows": {"pk": workflow.pk, "app_label": "review", "model_name": "reviewtask"},
        "wagtailadmin_workflows:edit_task": {"pk": ReviewTask.objects.first().pk},
        "wagtailadmin_workflows:disable_task": {"pk": ReviewTask.objects.first().pk},
        "wagtailadmin_workflows:enable_task": {"pk": ReviewTask.objects.first().pk},
        "wagtailadmin_editing_sessions": {"app_label": "wagtailcore", "model_name": "page"},
        "wagtailadmin_tag_model_autocomplete": {"app_name": "taggit", "model_name": "tag"},
        "wagtailsettings": {"app_name": "core", "model_name": "siteidentity", "pk": Site.objects.get().pk},
        "wagtaildocs": {"uploaded_file_id": uploads["wagtaildocs"]},
        "wagtailimages": {"uploaded_file_id": uploads["wagtailimages"]},
        "wagtaildocs_chooser": {"pk": open_document.pk},
        "wagtailimages_chooser": {"pk": image.pk},
        "wagtailsites": {"pk": Site.objects.get().pk},
        "wagtailusers_users": {"pk": colleague.pk},
        "wagtailusers_groups": {"pk": Group.objects.get(name="职工").pk},
        "feedback": {"pk": entry.pk},
        "inbox_open": {"pk": own_message.pk},
        "channels": {"pk": Channel.objects.create(name="机关群", kind="feishu", address="feishu://key").pk},
        **_programme(people),
        "monthly_lists": {"pk": MonthlyList.objects.first().pk},
        "interest_groups": {"pk": InterestGroup.objects.first().pk},
        "outlets": {"pk": OutletFactory().pk},
        "scoring_rules": {"pk": RuleSetFactory(state="draft", activated_at=None).pk},
        "wagtailsnippets_learning_mediaarticle": {"pk": MediaArticleFactory(state="office").pk},
        "wagtailsnippets_learning_researchreport": {"pk": ResearchReportFactory().pk},
        "wagtailsnippets_learning_fivehavesfile": {"pk": FiveHavesFileFactory().pk},
        "wagtailsnippets_learning_book": {"pk": Book.objects.first().pk},
        "wagtailsnippetchoosers_learning_book": {"pk": Book.objects.first().pk},
        "imports": {"pk": own_batch.pk, "row_pk": 1, "kind": "roster"},
        "departments": {"pk": Department.objects.first().pk},
        "party_branches": {"pk": PartyBranch.objects.first().pk},
        "staff": {"pk": StaffMember.objects.first().pk},
        "postings": {"pk": Posting.objects.first().pk},
        "branch_memberships": {"pk": BranchMembership.objects.first().pk},
        "leading_groups": {"pk": LeadingGroup.objects.first().pk},
        "topics": {"pk": Topic.objects.first().pk},
        "job_runs": {"pk": JobRun.objects.create(job="publish_scheduled", period="2026-04-15", started_at=timezone.now()).pk},
        "leading_group_offices": {"pk": LeadingGroupOffice.objects.first().pk},
        "wagtail_serve": {"path": notice.url},
        "wagtaildocs_serve": {"path": open_document.url},
        "rendition": {"path": rendition.url},
        "admin/^.*/$": {"path": "/admin/no-such-door/"},
    }
    objects = {
        **{f"page:{name}": page.pk for name, page in pages.items()},
        **{f"path:{name}": page.url_path.removeprefix("/home") for name, page in pages.items()},
        "user:colleague": colleague.pk,
        "user:auditor": people["审计管理员"].pk,
        "user:superuser": people[SUPERUSER].pk,
        "user:administrator": people["系统管理员"].pk,
        "document:open": open_document.url,
        **{f"document:{name.removesuffix('_document')}": document.url for name, document in documents.items()},
        "batch:own": own_batch.pk,
        "batch:other": others_batch.pk,
        "message:own": own_message.pk,
        "message:other": others_message.pk,
    }
    return Places(people, pages, values, objects)
