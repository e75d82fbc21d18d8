"""Forms of signing in and of managing accounts."""

from allauth.account.forms import ChangePasswordForm as StockChangePasswordForm
from allauth.account.forms import LoginForm as StockLoginForm
from allauth.account.forms import ReauthenticateForm as StockReauthenticateForm
from django import forms
from django.contrib.auth.models import Group
from wagtail.users.forms import UserCreationForm as StockCreationForm
from wagtail.users.forms import UserEditForm as StockEditForm

from .models import User
from .roles import PRIVILEGED


class PlainFields:
    """Labels are not repeated inside the fields; no link to a reset by mail, for here the administrator resets."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)
            if name in ("password", "oldpassword"):
                field.help_text = ""


class LoginForm(PlainFields, StockLoginForm):
    pass


class ChangePasswordForm(PlainFields, StockChangePasswordForm):
    pass


class ReauthenticateForm(PlainFields, StockReauthenticateForm):
    pass


class OwnAccountFields:
    """One name as it is shown instead of Wagtail's first and last name; mail is optional, as many bureaus have none.

    `by` is whoever fills in the form: only a superuser makes superusers or fills the groups that manage accounts (§0.3).
    """

    def __init__(self, *args, by, **kwargs):
        super().__init__(*args, **kwargs)
        for name in ("first_name", "last_name"):
            del self.fields[name]
        self.fields["email"].required = False
        self.fields["display_name"].required = True
        if not by.is_superuser:
            self.fields.pop("is_superuser", None)
            if self.instance.pk == by.pk:
                # Shown and left as they are: nobody gives rights to the own account, and saving one's name takes none away.
                self.fields["groups"].disabled = True
            else:
                self.fields["groups"].queryset = Group.objects.exclude(name__in=PRIVILEGED)
        self.by = by

    def save(self, commit=True):
        sets_password_of_another = bool(self.cleaned_data.get("password1")) and self.by.pk != self.instance.pk
        user = super().save(commit=commit)
        if commit and sets_password_of_another:
            User.objects.filter(pk=user.pk).update(must_change_password=True)
            user.must_change_password = True
        return user


class UserCreationForm(OwnAccountFields, StockCreationForm):
    display_name = forms.CharField(label="姓名", max_length=50)

    class Meta(StockCreationForm.Meta):
        fields = StockCreationForm.Meta.fields | {"display_name"}


class UserEditForm(OwnAccountFields, StockEditForm):
    display_name = forms.CharField(label="姓名", max_length=50)

    class Meta(StockEditForm.Meta):
        fields = StockEditForm.Meta.fields | {"display_name"}
