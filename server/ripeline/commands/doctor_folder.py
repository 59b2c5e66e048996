"""The doctor's look at a data folder and the settings around it: read only, whether or not a server runs on it."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from ripeline.commands.doctor_database import findings_of_database
from ripeline.commands.doctor_finding import Finding, ok, problem, warning
from ripeline.commands.saying import counted
from ripeline.errors import DataProblem, InvalidRules
from ripeline.rules.advice import advice_on
from ripeline.rules.reading import load_rules
from ripeline.settings import Settings
from ripeline.store.database import require_sound_sqlite, sqlite_version
from ripeline.store.lock import holder_of

_LEAST_ROOM: Final = 100 * 1024 * 1024
_COMFORT: Final = 1024 * 1024 * 1024
_SECRET_BYTES: Final = 32
#: The day this was written (s): no clock that is right can be before it.
_NO_EARLIER: Final = 1_795_219_200

_LOCAL: Final = frozenset({"localhost", "127.0.0.1", "::1", ""})


def findings_of_folder(settings: Settings) -> list[Finding]:
    """Everything there is to say, in a fixed order; without a folder, or outside it, there is little."""
    looks = (
        LOOKS
        if settings.data.is_dir() and os.access(settings.data, os.X_OK)
        else (look_at_settings, look_at_sqlite, look_at_folder, look_at_clock)
    )
    return [finding for look in looks for finding in look(settings)]


def look_at_settings(settings: Settings) -> list[Finding]:
    return [warning("settings", said, "") for said in settings.slips] or [ok("settings", "no name is mistyped")]


def look_at_sqlite(settings: Settings) -> list[Finding]:
    try:
        old = require_sound_sqlite(settings.old_sqlite)
    except DataProblem as error:
        return [problem("sqlite", str(error), "")]
    return [warning("sqlite", old, "Install a newer one") if old else ok("sqlite", f"SQLite {sqlite_version()}")]


def look_at_folder(settings: Settings) -> list[Finding]:
    folder = settings.data
    if not folder.is_dir():
        return [problem("folder", f"there is no folder {folder}", "Start `ripeline serve` once, or say --data")]
    if not os.access(folder, os.W_OK | os.X_OK):
        return [problem("folder", f"{folder} cannot be written by this user", "Run this as the server's user")]
    return [_privacy(folder) or ok("folder", str(folder.absolute()))]


def _privacy(folder: Path) -> Finding | None:
    if folder.stat().st_mode & 0o077:
        return warning("folder", f"others on this machine may look into {folder}", f"Say `chmod 700 {folder}`")
    return None


def look_at_secret(settings: Settings) -> list[Finding]:
    file = settings.secret_file
    try:
        mode, secret = file.stat().st_mode, file.read_bytes()
    except FileNotFoundError:
        return [problem("secret", f"{file} is missing", "Restore it, or start the server, which makes a new one")]
    except OSError as error:
        return [problem("secret", f"{file} cannot be read: {error.strerror}", "Run this as the server's user")]
    if mode & 0o077:
        return [problem("secret", f"others on this machine may read {file}", f"Say `chmod 600 {file}`")]
    if len(secret) < _SECRET_BYTES:
        return [problem("secret", f"{file} is too short", "Remove it: the next start makes a new one")]
    return [ok("secret", "private")]


def look_at_disk(settings: Settings) -> list[Finding]:
    free = shutil.disk_usage(settings.data).free
    size = 0
    with suppress(FileNotFoundError):
        size = settings.database_file.stat().st_size
    said = f"{_amount(free)} free, the database has {_amount(size)}"
    if free < _LEAST_ROOM:
        return [problem("disk", said, "Make room: events are refused when the disk is full")]
    if free < max(_COMFORT, size):
        return [warning("disk", said, "Make room: an upgrade copies the database first")]
    return [ok("disk", said)]


def _amount(size: int) -> str:
    return f"{size / 1024**3:.1f} GiB" if size >= 1024**3 else f"{size / 1024**2:.1f} MiB"


def look_at_clock(_: Settings) -> list[Finding]:
    now = time.time()
    said = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(now))
    if now < _NO_EARLIER:
        return [problem("clock", f"it says {said}, which is before this version was made", "Set it")]
    return [ok("clock", said)]


def look_at_lock(settings: Settings) -> list[Finding]:
    holder = holder_of(settings.data)
    if holder:
        return [ok("server", f"one runs on this folder (process {holder})")]
    return [warning("server", "none runs on this folder", "Start `ripeline serve`")]


def look_at_base_url(settings: Settings) -> list[Finding]:
    url = urlsplit(settings.public_url)
    name = "RIPELINE_BASE_URL"
    if (url.hostname or "") in _LOCAL or url.hostname == settings.host:
        return [warning("base url", f"{settings.public_url} leads nowhere but to here", f"Set {name} to go public")]
    if url.scheme != "https":
        return [problem("base url", f"{settings.public_url} is not https: pages with https block it", f"Set {name}")]
    return [ok("base url", settings.public_url)]


def look_at_proxies(settings: Settings) -> list[Finding]:
    """Ripeline itself speaks http: where browsers speak https, a proxy stands in between."""
    named = ",".join(settings.trusted_proxies)
    url = urlsplit(settings.public_url)
    if named or url.scheme != "https":
        return [ok("proxies", f"X-Forwarded-For is believed from {named or 'nobody'}")]
    said = (
        f"{settings.public_url} is https, so a proxy stands in front, and all who come through it count as one address"
    )
    # Who listens on this machine only has the proxy beside it.
    where = {"127.0.0.1": "127.0.0.1", "localhost": "127.0.0.1", "::1": "::1"}.get(settings.host, "ITS-ADDRESS")
    return [warning("proxies", said, f"Start the server with `RIPELINE_TRUSTED_PROXIES={where}`")]


def look_at_rules(settings: Settings) -> list[Finding]:
    file = settings.rules_file
    try:
        ruleset = load_rules(file)
    except InvalidRules as error:
        advice = "`ripeline check` names each mistake; the rules in force stay until it is right"
        return [problem("rules", str(error), advice)]
    found = advice_on(ruleset)
    if found:
        return [
            warning("rules", f"{file} is right, with {counted(len(found), 'warning')}", "`ripeline check` names them")
        ]
    return [ok("rules", f"{file} is right")]


#: What is looked at, in this order.
LOOKS: Final[tuple[Callable[[Settings], list[Finding]], ...]] = (
    look_at_settings,
    look_at_sqlite,
    look_at_folder,
    look_at_secret,
    look_at_disk,
    look_at_clock,
    look_at_lock,
    look_at_base_url,
    look_at_proxies,
    look_at_rules,
    findings_of_database,
)
