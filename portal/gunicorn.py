"""How gunicorn serves the portal: `gunicorn -c python:portal.gunicorn portal.wsgi`.

Threads with a pool of as many connections, and no preload: an open pool must not be forked.
"""

import os

from portal.logs import logging_config

bind = os.environ.get("COUNTERFOIL_BIND", "127.0.0.1:8000")
worker_class = "gthread"
workers = int(os.environ.get("COUNTERFOIL_WEB_PROCESSES", "2"))  # one per core of a small machine
threads = int(os.environ.get("COUNTERFOIL_WEB_THREADS", "4"))
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: PTH112, S108
graceful_timeout = 10
timeout = 60
keepalive = 5
control_socket_disable = True
accesslog = None  # portal.middleware logs requests, with their id
logconfig_dict = logging_config("INFO")

os.environ.setdefault("COUNTERFOIL_POOL_SIZE", str(threads))
