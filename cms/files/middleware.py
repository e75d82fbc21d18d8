import contextlib
import errno

from django.http import HttpResponse, JsonResponse, UnreadablePostError
from django.utils.http import content_disposition_header

MESSAGE = "服务器磁盘空间不足，文件没有保存，已填写的内容请先自行留存。请联系管理员清理空间后重试。"


def is_disk_full(exception) -> bool:
    return isinstance(exception, OSError) and exception.errno in (errno.ENOSPC, errno.EDQUOT)


def disk_full(request):
    if request.headers.get("X-Requested-With") == "XMLHttpRequest":
        return JsonResponse({"success": False, "error_message": MESSAGE}, status=507)
    return HttpResponse(MESSAGE, status=507, content_type="text/plain; charset=utf-8")


class DiskFullMiddleware:
    """A full disk is said, in Chinese and with 507, instead of ending as an error page that names nothing.

    It stands before CsrfViewMiddleware: that one is the first to read the form, and a large upload goes to the disk while being read.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        if request.content_type != "multipart/form-data":
            return None
        try:
            request.FILES  # noqa: B018 - reading it is what writes
        except UnreadablePostError:  # whoever sent it has gone; the next middleware deals with that
            return None
        except OSError as error:
            if not is_disk_full(error):
                raise
            self.drop_partial_uploads(request)
            return disk_full(request)
        return None

    @staticmethod
    def drop_partial_uploads(request):
        """Django leaves what it has written so far to the garbage collector; here every byte counts."""
        for handler in request.upload_handlers:
            with contextlib.suppress(OSError, AttributeError):
                handler.file.close()

    def process_exception(self, request, exception):
        return disk_full(request) if is_disk_full(exception) else None


class DownloadNameMiddleware:
    """A document is downloaded under the name it came with, written as RFC 6266 has it.

    Wagtail writes the name transliterated and unescaped before the real one, and “五有” became ""WuYou"", which ends the header early.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if "Content-Disposition" in response and request.resolver_match and request.resolver_match.view_name == "wagtaildocs_serve":
            response["Content-Disposition"] = content_disposition_header(True, request.resolver_match.args[1])
        return response
