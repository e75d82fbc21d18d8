from django.contrib import messages
from django.db.models import ProtectedError, RestrictedError
from django.http import JsonResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme

USED_BY = "“{record}”已被{users}使用，不能删除，什么都没有改动。请先在使用它的地方换掉；科室、人员等可以改填撤销、离开或结束日期，历史记录仍归它。"


class ProtectedRecordMiddleware:
    """A record that others stand on is not deleted, at whichever door it was tried (delete, bulk delete, upload tray): said, not crashed."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_exception(self, request, exception):
        if not isinstance(exception, ProtectedError | RestrictedError):
            return None
        standing_on_it = getattr(exception, "protected_objects", None) or exception.restricted_objects
        users = "、".join(sorted({str(record._meta.verbose_name) for record in standing_on_it}))
        records = sorted({str(target) for record in standing_on_it for target in _targets(record, exception)}) or ["这条记录"]
        message = USED_BY.format(record="”“".join(records[:3]), users=users)
        if request.headers.get("X-Requested-With") == "XMLHttpRequest":
            return JsonResponse({"success": False, "error_message": message}, status=409)
        messages.error(request, message)
        came_from = request.headers.get("Referer", "")
        is_ours = url_has_allowed_host_and_scheme(came_from, allowed_hosts={request.get_host()}, require_https=request.is_secure())
        return redirect(came_from if is_ours else "wagtailadmin_home")


def _targets(record, exception):
    """What `record` keeps from being deleted: its protected foreign keys that the database's refusal names."""
    for field in record._meta.concrete_fields:
        if field.remote_field and f"{type(record).__name__}.{field.name}" in str(exception.args[0]):
            yield getattr(record, field.name)
