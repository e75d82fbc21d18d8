from allauth.account import views as account_views
from django.urls import include, path
from wagtail.admin.auth import require_admin_access

from .views import AdminAccountView, account_security, sign_in, to_login

urlpatterns = [
    path("login/", sign_in, name="account_login"),
    path("logout/", account_views.logout, name="account_logout"),
    path("account/", account_security, name="account_security"),
    path("account/inactive/", account_views.account_inactive, name="account_inactive"),
    path("account/reauthenticate/", account_views.reauthenticate, name="account_reauthenticate"),
    path("account/password/", account_views.password_change, name="account_change_password"),
    path("account/mfa/", include("allauth.mfa.urls")),
    path("account/sessions/", include("allauth.usersessions.urls")),
    # Other doors of the libraries that lead to the one path: accounts and passwords are the administrator's business.
    path("account/signup/", to_login, name="account_signup"),
    path("account/password/reset/", to_login, name="account_reset_password"),
    path("account/password/set/", to_login, name="account_set_password"),
    path("admin/login/", to_login),
    # Wagtail's own deletes the session cookie whatever the method: a link in a mail would sign people out.
    path("admin/logout/", account_views.logout),
    path("admin/account/", require_admin_access(AdminAccountView.as_view()), name="wagtailadmin_account"),
    path("admin/password_reset/", to_login),
    path("_util/login/", to_login),
]
