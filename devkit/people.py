"""Under which user services run: PostgreSQL refuses to be root."""

from __future__ import annotations

import os
import pwd
import subprocess
from functools import lru_cache
from pathlib import Path
from typing import Any

_UNPRIVILEGED = ("postgres", "nobody")


@lru_cache(maxsize=1)
def service_user() -> pwd.struct_passwd | None:
    """Somebody unprivileged when we are root; None means: as ourselves."""
    if os.geteuid() != 0:
        return None
    for name in _UNPRIVILEGED:
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise SystemExit("Neither `postgres` nor `nobody` exists: run ./dev as an ordinary user.")


def as_service_user() -> dict[str, Any]:
    """Keyword arguments for Popen."""
    user = service_user()
    if user is None:
        return {}
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": [], "cwd": "/"}


def own(folder: Path) -> Path:
    """Make a folder that only the service user may open."""
    folder.mkdir(parents=True, exist_ok=True)
    if (user := service_user()) is not None:
        os.chown(folder, user.pw_uid, user.pw_gid)
    folder.chmod(0o700)
    return folder


def can(program: str, *arguments: str) -> bool:
    """Whether the service user succeeds in running this."""
    try:
        done = subprocess.run(
            [program, *arguments],
            check=False,
            capture_output=True,
            timeout=30,
            **as_service_user(),
        )
    except OSError:
        return False
    return done.returncode == 0
