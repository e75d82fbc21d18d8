"""Figures of the application server, for 2 cores and 4 GB; learning-web.socket holds the address it listens on."""

from django.urls import get_resolver

worker_class = "gthread"
workers = 3
threads = 4
timeout = 30
graceful_timeout = 30
max_requests = 1000  # a worker that has grown is replaced
max_requests_jitter = 100
limit_request_line = 4094
limit_request_fields = 60
preload_app = True  # the program is read once, not once a worker; so `restart` (never a reload) brings a new version in
worker_tmp_dir = "/dev/shm"  # noqa: S108 (heartbeats, not files)
forwarded_allow_ips = "127.0.0.1,::1"  # only the front server of this machine says who the reader is
control_socket_disable = True  # nothing is to steer a running server but systemd
accesslog = None  # the application writes a JSON line for every request, with who and how it ended
errorlog = "-"
loglevel = "warning"


def when_ready(server):
    """Before the first worker is made: the addresses and their views, so that no reader waits for them to be read."""
    get_resolver().url_patterns  # noqa: B018
