"""How gunicorn serves the portal: `gunicorn -c python:portal.gunicorn portal.wsgi`.

Threads with a pool of as many connections, and no preload: an open pool must not be forked.
"""

import os

from gunicorn import glogging

from portal.logs import logging_config


class Logger(glogging.Logger):  # type: ignore[misc]
    """Requests are logged by portal.middleware, with their id: nothing is prepared for them here."""

    access_log_enabled = False


bind = os.environ.get("COUNTERFOIL_BIND", "127.0.0.1:8000")
worker_class = "gthread"
workers = int(os.environ.get("COUNTERFOIL_WEB_PROCESSES", "2"))  # one per core of a small machine
threads = int(os.environ.get("COUNTERFOIL_WEB_THREADS", "4"))
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: PTH112, S108
graceful_timeout = 10
timeout = 60
keepalive = 5
control_socket_disable = True
logger_class = Logger
logconfig_dict = logging_config("INFO")

os.environ.setdefault("COUNTERFOIL_POOL_SIZE", str(threads))
