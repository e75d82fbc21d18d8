"""Managing accounts in the admin, without the take-over that `change_user` means in stock Wagtail (§0.3 of the security study)."""

from django.core.exceptions import PermissionDenied
from wagtail.users.views.users import CreateView as StockCreateView
from wagtail.users.views.users import DeleteView as StockDeleteView
from wagtail.users.views.users import EditView as StockEditView
from wagtail.users.views.users import UserViewSet as StockUserViewSet

from .forms import UserCreationForm, UserEditForm
from .roles import PRIVILEGED


def may_manage(actor, account) -> bool:
    """Only a superuser touches superusers and those who manage accounts; everybody may touch the own account."""
    if actor.is_superuser or actor.pk == account.pk:
        return True
    return not account.is_superuser and not account.groups.filter(name__in=PRIVILEGED).exists()


class CreateView(StockCreateView):
    def get_form_kwargs(self):
        return {**super().get_form_kwargs(), "by": self.request.user}


class EditView(StockEditView):
    def dispatch(self, request, *args, **kwargs):
        if not may_manage(request.user, self.object):
            raise PermissionDenied("这个账号只能由超级管理员修改。")
        return super().dispatch(request, *args, **kwargs)

    def get_form_kwargs(self):
        return {**super().get_form_kwargs(), "by": self.request.user}


class DeleteView(StockDeleteView):
    def dispatch(self, request, *args, **kwargs):
        if not may_manage(request.user, self.get_object()):
            raise PermissionDenied("这个账号只能由超级管理员删除。")
        return super().dispatch(request, *args, **kwargs)


class UserViewSet(StockUserViewSet):
    add_view_class = CreateView
    edit_view_class = EditView
    delete_view_class = DeleteView
    copy_view_enabled = False  # an account is a person: nothing of it is to be copied

    def get_form_class(self, for_update=False):
        return UserEditForm if for_update else UserCreationForm
