import errno

from django.http import HttpResponse, JsonResponse

MESSAGE = "服务器磁盘空间不足，文件没有保存，已填写的内容请先自行留存。请联系管理员清理空间后重试。"


class DiskFullMiddleware:
    """A full disk is said, in Chinese and with 507, instead of ending as an error page that names nothing."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_exception(self, request, exception):
        if not (isinstance(exception, OSError) and exception.errno in (errno.ENOSPC, errno.EDQUOT)):
            return None
        if request.headers.get("X-Requested-With") == "XMLHttpRequest":
            return JsonResponse({"success": False, "error_message": MESSAGE}, status=507)
        return HttpResponse(MESSAGE, status=507, content_type="text/plain; charset=utf-8")
