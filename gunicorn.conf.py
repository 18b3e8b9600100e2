"""gunicorn's settings: threads under a few processes, bounded requests, logs without addresses."""

import os

from portal.config import read_number

host = os.environ.get("HOST", "127.0.0.1")
bind = f"{f'[{host}]' if ':' in host else host}:{os.environ.get('PORT', '8000')}"
worker_class = "gthread"
workers = read_number(os.environ, "WEB_WORKERS", default="2")
threads = read_number(os.environ, "WEB_THREADS", default="8")
timeout = 30
graceful_timeout = 10
keepalive = 5
limit_request_line = 4094
limit_request_field_size = 8190
max_requests = 100_000
max_requests_jitter = 10_000
# Health-check links are secrets: the access log stays off, errors go to the standard error.
accesslog = None
errorlog = "-"
loglevel = os.environ.get("WEB_LOG_LEVEL", "warning")
