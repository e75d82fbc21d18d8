"""The access table: for every address of the site, who gets in. `test_access.py` holds the site to it.

An address that is missing here fails the build: whoever adds one decides here who it is for, in the same commit.
"""

import wagtail

from learning.contributions.urls import urlpatterns as contribution_patterns
from learning.portfolio.urls import urlpatterns as portfolio_patterns
from learning.questions.urls import urlpatterns as question_patterns
from learning.reading.urls import urlpatterns as reading_patterns

from .addresses import ANONYMOUS, PEOPLE, SUPERUSER

EVERYBODY = frozenset(PEOPLE)
SIGNED_IN = EVERYBODY - {ANONYMOUS}
ADMIN = SIGNED_IN - {"职工"}  # whoever may enter the admin at all
PAGES = ADMIN - {"系统管理员", "审计管理员"}  # has some right on the page tree
EDITORS = frozenset({"编辑", "机关党委办事员", "宣传科", SUPERUSER})
FIRST_REVIEWERS = frozenset({"初审员"})  # whose turn it is with the page in review; a superuser is not
PUBLISHERS = frozenset({"终审员", SUPERUSER})
CLERKS = frozenset({"机关党委办事员", SUPERUSER})
OFFICERS = frozenset({"宣传科", SUPERUSER})
IMPORTERS = CLERKS | OFFICERS
ACCOUNTS = frozenset({"系统管理员", SUPERUSER})
OWNER = frozenset({"编辑"})  # whose own half-finished upload or message it is
LOG_READERS = frozenset({"审计管理员", SUPERUSER})
JOB_WATCHERS = frozenset({"系统管理员", "审计管理员", SUPERUSER})
ROOT = frozenset({SUPERUSER})
NOBODY = frozenset()


def _register(namespace: str, *names: str) -> tuple[str, ...]:
    return tuple(f"{namespace}:{name}" for name in names)


LISTS = ("index", "index_results", "history", "history_results", "usage")
REGISTERS = (
    "departments",
    "party_branches",
    "staff",
    "postings",
    "branch_memberships",
    "absences",
    "leading_groups",
    "leading_group_offices",
)

TABLE: dict[frozenset, tuple[str, ...]] = {
    EVERYBODY: (
        "account_login",
        "account_logout",
        "admin/logout/",
        "wagtailadmin_logout",
        "account_inactive",
        "article_pdf",
        "feed_site",
        "feed_column",
        "feedback",
        "feedback_status",
        "healthz",
        "readyz",
        "record_reading",
        "rendition",
        "robots_txt",
        "search",
        "site_map",
        "sitemap",
        "wagtail_serve",
        "wagtaildocs_serve",
        "calendar_feed",  # whoever has the secret address
        # Shared passwords are switched off: these forms open nothing.
        "wagtaildocs_authenticate_with_password",
        "wagtailcore_authenticate_with_password",
        # Wagtail's icons and its catalogue of messages: the same for everybody, nothing in them.
        "wagtailadmin_sprite",
        "wagtailadmin_javascript_catalog",
    ),
    SIGNED_IN: (
        "account_security",
        "account_reauthenticate",
        "account_change_password",
        "inbox",
        "inbox_read_all",
        "mfa_index",
        "mfa_authenticate",
        "mfa_reauthenticate",
        "mfa_activate_totp",
        "mfa_generate_recovery_codes",
        "usersessions_list",
        "my_study",
        "sessions",
        "session",
        "calendar_subscriptions",
        "attendance_summary",
    ),
    ADMIN: (
        "wagtailadmin_home",
        "wagtailadmin_account",
        "wagtailadmin_dismissibles",
        "wagtailadmin_api:pages:listing",
        "wagtailadmin_api:documents:listing",
        "wagtailadmin_api:documents:detail",
        "wagtailadmin_api:images:listing",
        "wagtailadmin_api:images:detail",
        "wagtailadmin_pages:choose_parent",
        "wagtailadmin_pages:move_confirm",
        "wagtailadmin_pages:revisions_index",
        "wagtailadmin_pages:confirm_workflow_cancellation",
        "wagtailadmin_choose_page",
        "wagtailadmin_choose_page_child",
        "wagtailadmin_choose_page_search",
        "wagtailadmin_choose_page_chosen_multiple",
        "wagtailadmin_choose_page_external_link",
        "wagtailadmin_choose_page_email_link",
        "wagtailadmin_choose_page_phone_link",
        "wagtailadmin_choose_page_anchor_link",
        "wagtailadmin_tag_autocomplete",
        "wagtailadmin_tag_model_autocomplete",
        "wagtailadmin_workflows:task_chooser",
        "wagtailadmin_workflows:task_chooser_results",
        "wagtailadmin_workflows:task_chooser_create",
        "wagtailadmin_workflows:task_chosen",
        "wagtailadmin_reports:site_history",
        "wagtailadmin_reports:site_history_results",
        "wagtailadmin_editing_sessions:release",
        "wagtailembeds:chooser",
        "wagtailembeds:chooser_upload",
        "wagtaildocs_chooser:choose",
        "wagtaildocs_chooser:choose_results",
        "wagtaildocs_chooser:chosen_multiple",
        "wagtailimages_chooser:choose",
        "wagtailimages_chooser:choose_results",
        "wagtailimages_chooser:chosen_multiple",
        "wagtail_modeladmin:javascript_catalog",
        *_register("wagtailsnippetchoosers_learning_book", "choose", "choose_results", "chosen", "chosen_multiple"),  # titles of books
        "admin/test404/",
    ),
    PAGES: (
        "wagtailadmin_api:pages:detail",
        "wagtailadmin_editing_sessions:ping",
        "wagtailadmin_explore_root",
        "wagtailadmin_explore",
        "wagtailadmin_explore_results",
        *_register(
            "wagtailadmin_pages",
            *("edit", "preview_on_edit", "view_draft", "convert_alias", "copy", "search", "search_results", "type_use"),
            *("type_use_results", "usage", "history", "history_results", "workflow_history", "workflow_history_detail"),
            *("revisions_view", "revisions_revert", "revisions_compare"),
        ),
        *_register(
            "wagtailadmin_reports",
            *("workflow", "workflow_results", "workflow_tasks", "workflow_tasks_results", "aging_pages", "aging_pages_results"),
            *("page_types_usage", "page_types_usage_results"),
        ),
        "wagtaildocs_chooser:chosen",
        "wagtailimages_chooser:chosen",
    ),
    EDITORS: (
        *_register("wagtailadmin_pages", "add", "add_subpage", "preview_on_add"),
        *_register(
            "wagtaildocs",
            *("index", "index_results", "add", "add_multiple", "edit", "edit_multiple", "delete", "delete_multiple", "document_usage"),
        ),
        *_register(
            "wagtailimages",
            *("index", "index_results", "add", "add_multiple", "edit", "edit_multiple", "delete", "delete_multiple", "image_usage"),
            "preview",
        ),
        "wagtaildocs_chooser:create",
        "wagtailimages_chooser:create",
    ),
    OWNER: (
        "inbox_open",
        *_register("wagtaildocs", "create_multiple_from_uploaded_document", "delete_upload_multiple"),
        *_register("wagtailimages", "create_multiple_from_uploaded_image", "delete_upload_multiple"),
    ),
    FIRST_REVIEWERS: _register("wagtailadmin_pages", "workflow_action", "collect_workflow_action_data", "workflow_preview"),
    PUBLISHERS: (
        *_register("wagtailadmin_pages", "delete", "unpublish", "move", "set_page_position", "set_privacy", "revisions_unschedule"),
        *_register("wagtailadmin_pages", "lock", "unlock"),
        *_register("wagtailadmin_reports", "locked_pages", "locked_pages_results"),
        "wagtailadmin_api:pages:action",
    ),
    CLERKS: (
        *_register(
            "imports",
            *(
                "template",
                "batch",
                "file",
                "map",
                "review",
                "decide",
                "skip_errors",
                "recheck",
                "problems",
                "commit",
                "done",
                "undo",
            ),
        ),
        *(name for namespace in REGISTERS for name in _register(namespace, *LISTS, "add", "edit", "inspect")),
        *_register("feedback", *LISTS, "edit"),
        *_register("topics", *LISTS, "add", "edit", "delete"),
        # The programme goes by who somebody is (test_programme_access.py); by group alone, only clerks run it.
        *("new_session", "edit_session", "move_session", "cancel_session", "notify_session"),
        *("session_materials", "session_points", "session_files", "session_file", "remove_session_file", "lecture_record"),
        *("roll", "correct_attendance", "sign_in_sheet", "sign_in_code", "sign_in_code_picture", "session_record", "session_record_docx"),
        *("leave_request", "check_make_up", "gaps", "gap_cell", "remind_gap", "item_done", "open_item_session"),
        "attendance-register_modeladmin_index",
        *_register("annual_plans", "index", "index_results", "history", "history_results", "lay_out", "lay_out_again", "edit", "publish"),
        *_register("plan_items", *LISTS, "edit"),
        *_register("requirements", *LISTS, "inspect", "add", "edit", "delete", "presets"),
        *_register("study_formats", *LISTS, "inspect", "add", "edit"),
        *_register("calendar_days", *LISTS, "add", "edit", "delete", "fill"),
        *_register("cautions", *LISTS, "add", "edit", "delete"),
        *_register("monthly_lists", *LISTS, "add", "edit", "delete"),
        *_register("interest_groups", *LISTS, "add", "edit", "delete"),
        *_register("wagtailsnippets_learning_book", "list", "list_results", "history", "history_results", "usage", "add", "edit", "delete"),
        "wagtailsnippetchoosers_learning_book:create",
        *_register("wagtailsnippets_learning_researchreport", "list", "list_results", "history", "history_results", "usage", "inspect"),
        *_register("wagtailsnippets_learning_fivehavesfile", "list", "list_results", "history", "history_results", "usage", "inspect"),
    ),
    IMPORTERS: ("imports_register_modeladmin_index", "imports:start"),
    OFFICERS: (
        *_register("outlets", *LISTS, "add", "edit", "delete"),
        *_register("scoring_rules", *LISTS, "add", "edit", "delete"),
        *_register("wagtailsnippets_learning_mediaarticle", "list", "list_results", "history", "history_results", "usage", "inspect"),
        "placement-register_modeladmin_index",
    ),
    LOG_READERS: ("audit_log", "audit_log_results"),
    JOB_WATCHERS: _register("job_runs", "index", "index_results", "inspect"),
    ACCOUNTS: (
        *_register("wagtailusers_users", *LISTS, "add", "edit", "delete"),
        "wagtailsettings:edit",
    ),
    ROOT: (
        *_register("wagtailadmin_collections", "index", "add", "edit", "delete", "set_privacy"),
        *_register(
            "wagtailadmin_workflows",
            *("index", "index_results", "add", "edit", "enable", "disable", "remove", "usage", "usage_results"),
            *("add_task", "select_task_type", "task_index", "task_index_results", "edit_task", "enable_task", "disable_task"),
        ),
        *_register("wagtailredirects", "index", "index_results", "add", "edit", "delete", "start_import", "process_import"),
        *_register("wagtailsites", *LISTS, "add", "edit", "delete", "copy"),
        *_register("wagtailusers_groups", *LISTS, "add", "edit", "delete"),
        *_register("channels", *LISTS, "add", "edit", "delete"),
        *(f"{namespace}:delete" for namespace in REGISTERS),
    ),
    NOBODY: (
        # Other doors to sign in, sign up or reset: all lead to /login/.
        "account_signup",
        "account_reset_password",
        "account_set_password",
        "admin/login/",
        "wagtailadmin_login",
        "admin/password_reset/",
        "wagtailadmin_password_reset",
        "_util/login/",
        "wagtailcore_login",
        "wagtailadmin_password_reset_done",
        "wagtailadmin_password_reset_confirm",
        "wagtailadmin_password_reset_complete",
        # Rules that a year was laid out by are kept with their formats.
        "study_formats:delete",
        # A person's own, and these accounts belong to nobody of the staff.
        *("ask_leave", "withdraw_leave", "make_up", "session_sign_in", "revoke_calendar"),
        # Nothing behind them for people without a second factor.
        "mfa_deactivate_totp",
        "mfa_view_recovery_codes",
        "mfa_download_recovery_codes",
        # Readers' letters come from the public form and are kept.
        "feedback:add",
        "feedback:delete",
        # The job runner's own rows.
        *_register("job_runs", "add", "edit", "delete", "history", "history_results", "usage"),
        # The snippets of the site have a menu of their own; nothing at the others without the parameters that only Wagtail's scripts send.
        "wagtailsnippets:index",
        "wagtailsettings:preview_on_edit",
        "wagtailadmin_block_preview",
        "wagtailadmin_api:pages:find",
        "wagtailadmin_api:documents:find",
        "wagtailadmin_api:images:find",
        # Dynamic image addresses are not served, so there is nothing to generate.
        "wagtailimages:url_generator",
        "wagtailimages:url_generator_output",
        # Publishing goes through the review, at every door.
        "wagtail_bulk_action",
    ),
}

# Wagtail 8.0 asks here for the right to choose pictures; 7.4 does not.
TABLE[PAGES if wagtail.VERSION >= (8,) else ADMIN] += ("wagtailimages_chooser:select_format",)

# Addresses that go by who somebody is to what stands behind them, in a table of their own.
ELSEWHERE = {
    **{pattern.name: "test_reading_access.py" for pattern in reading_patterns},
    **{pattern.name: "test_contributions_access.py" for pattern in (*contribution_patterns, *question_patterns)},
    **{pattern.name: "test_portfolio_access.py" for pattern in portfolio_patterns},
    "leader_page": "test_portfolio_access.py",
}
# Raises on purpose, to show an administrator the page of a broken server.
BROKEN_ON_PURPOSE = ("wagtailadmin_error_test",)
# Wagtail's fall-through: whoever is signed in is told that there is no such door, or led to the one with a slash.
NO_DOOR = ("admin/^.*/$",)


def allowed() -> dict[str, frozenset]:
    """Address → who gets in. Raises ValueError when an address stands in two rows."""
    rows: dict[str, frozenset] = {}
    for people, names in TABLE.items():
        for name in names:
            if name in rows:
                raise ValueError(f"{name} stands in the access table twice")
            rows[name] = people
    return rows


# One object of each kind that differs in whom it belongs to: (address, objects for its parts, who gets in).
# Drafts, foreign departments' and groups' things: whoever is not named is refused as if there were nothing, or told to sign in.
OBJECTS: tuple[tuple[str, dict[str, str], frozenset], ...] = (
    ("wagtail_serve", {"path": "path:notice"}, EVERYBODY),
    ("wagtail_serve", {"path": "path:lecture"}, SIGNED_IN),
    ("wagtail_serve", {"path": "path:closed_column"}, SIGNED_IN),
    ("wagtail_serve", {"path": "path:for_clerks"}, CLERKS),
    ("wagtail_serve", {"path": "path:own_draft"}, NOBODY),
    ("wagtail_serve", {"path": "path:draft"}, NOBODY),
    ("wagtail_serve", {"path": "path:in_review"}, NOBODY),
    ("wagtail_serve", {"path": "path:draft_column"}, NOBODY),
    ("article_pdf", {"page_id": "page:notice"}, EVERYBODY),
    ("article_pdf", {"page_id": "page:lecture"}, SIGNED_IN),
    ("article_pdf", {"page_id": "page:for_clerks"}, CLERKS),
    ("article_pdf", {"page_id": "page:own_draft"}, NOBODY),
    ("article_pdf", {"page_id": "page:in_review"}, NOBODY),
    ("record_reading", {"page_id": "page:lecture"}, SIGNED_IN),
    ("record_reading", {"page_id": "page:for_clerks"}, CLERKS),
    ("record_reading", {"page_id": "page:draft"}, NOBODY),
    ("feed_column", {"page_id": "page:column"}, EVERYBODY),
    ("feed_column", {"page_id": "page:closed_column"}, NOBODY),
    ("feed_column", {"page_id": "page:draft_column"}, NOBODY),
    ("wagtaildocs_serve", {"path": "document:open"}, EVERYBODY),
    ("wagtaildocs_serve", {"path": "document:staff"}, SIGNED_IN),
    ("wagtaildocs_serve", {"path": "document:clerks"}, CLERKS),
    ("wagtaildocs_serve", {"path": "document:lecture"}, SIGNED_IN),  # in the open collection, attached to a page for staff
    ("wagtaildocs_serve", {"path": "document:draft"}, PAGES),  # attached to a draft: whoever works with files
    ("wagtaildocs_serve", {"path": "document:unused"}, PAGES),
    *(
        (name, {"pk": "batch:own"}, CLERKS)
        for name in ("imports:batch", "imports:file", "imports:map", "imports:problems", "imports:commit")
    ),
    *(
        (name, {"pk": "batch:other"}, ROOT)
        for name in ("imports:batch", "imports:file", "imports:map", "imports:problems", "imports:commit")
    ),
    ("inbox_open", {"pk": "message:own"}, OWNER),
    ("inbox_open", {"pk": "message:other"}, NOBODY),
    ("wagtailadmin_pages:edit", {"page_id": "page:draft"}, PAGES),
    ("wagtailadmin_pages:delete", {"page_id": "page:draft"}, PUBLISHERS | {"宣传科"}),  # an author may drop the own draft
    ("wagtailadmin_pages:delete", {"page_id": "page:own_draft"}, PUBLISHERS | {"编辑"}),
    ("wagtailadmin_pages:view_draft", {"page_id": "page:for_clerks"}, PAGES),
    ("wagtailusers_users:edit", {"pk": "user:colleague"}, ACCOUNTS),
    ("wagtailusers_users:edit", {"pk": "user:administrator"}, ACCOUNTS),  # the own account
    ("wagtailusers_users:edit", {"pk": "user:auditor"}, ROOT),
    ("wagtailusers_users:edit", {"pk": "user:superuser"}, ROOT),
    ("wagtailusers_users:delete", {"pk": "user:auditor"}, ROOT),
    ("wagtailusers_users:delete", {"pk": "user:superuser"}, NOBODY),  # Wagtail lets nobody delete the own account
)
