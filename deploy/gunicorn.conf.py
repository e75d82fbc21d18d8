"""Figures of the application server, for 2 cores and 4 GB; learning-web.socket holds the address it listens on."""

worker_class = "gthread"
workers = 3
threads = 4
timeout = 30
graceful_timeout = 30
max_requests = 1000  # a worker that has grown is replaced
max_requests_jitter = 100
limit_request_line = 4094
limit_request_fields = 60
keepalive = 65  # the front server holds its connections a minute
worker_tmp_dir = "/dev/shm"  # noqa: S108 (heartbeats, not files)
forwarded_allow_ips = "127.0.0.1,::1"  # only the front server of this machine says who the reader is
accesslog = None  # the application writes a JSON line for every request, with who and how it ended
errorlog = "-"
loglevel = "warning"
