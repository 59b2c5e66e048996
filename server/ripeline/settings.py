"""Every setting: name, default, meaning; the only code that reads the environment."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, cast, get_args

from ripeline.auth_header import behind, read_auth_header
from ripeline.base_url import apart, path_of, read_base_url, readable_on_the_way
from ripeline.domain.whole_numbers import whole_number
from ripeline.environment import PREFIX, mistyped, text_of
from ripeline.errors import InvalidSetting
from ripeline.logs import LogFormat
from ripeline.mail_server import MailServer, read_mail_server, read_sender, sender_of, without_password
from ripeline.network_settings import read_host, read_origins, read_proxies, too_trusting
from ripeline.taken import TAKEN

#: The owner's table of channels, beside the rule file.
CHANNELS_FILE: Final = "channels.toml"


@dataclass(frozen=True, slots=True)
class RateLimit:
    """`per_second` requests an address on average, `burst` at once."""

    per_second: float
    burst: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a server was started with; see docs/settings.md. `slips`: sentences about names that are nearly ours."""

    data: Path
    host: str = "127.0.0.1"
    port: int = 8080
    base_url: str = ""
    rules: Path | None = None
    origins: tuple[str, ...] = ()
    rate_limit: RateLimit | None = RateLimit(30, 100)
    trusted_proxies: tuple[str, ...] = ()
    auth_header: str = ""
    setup_token: str = ""
    mailgun_key: str = ""
    smtp: MailServer | None = None
    mail_from: str = ""
    script_path: str = "/t.js"
    endpoint_path: str = "/e"
    private_hooks: bool = False
    log_format: LogFormat = "text"
    old_sqlite: bool = False
    slips: tuple[str, ...] = ()

    @property
    def database_file(self) -> Path:
        return self.data / "ripeline.db"

    @property
    def rules_file(self) -> Path:
        return self.rules or self.data / "rules.toml"

    @property
    def channels_file(self) -> Path:
        return self.data / CHANNELS_FILE

    @property
    def secret_file(self) -> Path:
        return self.data / "secret"

    @property
    def public_url(self) -> str:
        """Where browsers reach this server, without a trailing slash."""
        if self.base_url:
            return self.base_url.rstrip("/")
        # Listening on every address is no address to go to.
        host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(self.host, self.host)  # noqa: S104 - compared, not bound
        return f"http://{f'[{host}]' if ':' in host and '[' not in host else host}:{self.port}"

    @property
    def warnings(self) -> tuple[str, ...]:
        """What was given, and will hardly do."""
        return (*self.slips, *readable_on_the_way(self.base_url), *too_trusting(self.trusted_proxies))

    @property
    def base_path(self) -> str:
        """The path before all of ours as browsers see them; "" for a server at the root of its name."""
        return path_of(self.base_url)

    @property
    def data_api(self) -> str:
        """What the tag's `data-api` must say; "" where the script finds the endpoint by itself."""
        is_usual = self.endpoint_path == "/e" and not self.base_path
        return "" if is_usual else self.public_url + self.endpoint_path


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting: field of `Settings`, default as people write it, how to read it, what it means (one sentence)."""

    field: str
    default: str
    parse: Callable[[str], Any]
    meaning: str

    @property
    def variable(self) -> str:
        return PREFIX + self.field.upper()

    @property
    def flag(self) -> str:
        return "--" + self.field.replace("_", "-")

    def read(self, text: str) -> Any:
        """The value of this text; raises `InvalidSetting` naming both."""
        try:
            return self.parse(text.strip())
        except ValueError as error:
            raise InvalidSetting(self.variable, without_password(text), str(error)) from error


def _port(text: str) -> int:
    port = whole_number(text)
    if port is None or port > 65_535:
        raise ValueError("a number from 0 (any free one) to 65535 is needed")
    return port


def _path(text: str) -> Path | None:
    return Path(text).expanduser() if text else None


_RATE: Final = re.compile(r"(\d+(?:\.\d+)?)/(s|min|h)(?: burst (\d+))?")
_SECONDS: Final = {"s": 1, "min": 60, "h": 3600}


def _rate_limit(text: str) -> RateLimit | None:
    if text == "off":
        return None
    found = _RATE.fullmatch(text)
    if found is None or float(found[1]) == 0 or found[3] == "0":
        raise ValueError("write it like '30/s burst 100', '100/min' or 'off'")
    per_second = float(found[1]) / _SECONDS[found[2]]
    return RateLimit(per_second, int(found[3] or max(1, float(found[1]))))


def _route(text: str) -> str:
    if not re.fullmatch(r"(/[A-Za-z0-9._~-]+)+", text) or text.startswith(TAKEN):
        raise ValueError("a path is needed that no page of Ripeline's has, like /news/t.js")
    return text


def _setup_token(text: str) -> str:
    if text and not re.fullmatch(r"[A-Za-z0-9_-]{8,200}", text):
        raise ValueError("8–200 letters, digits, - and _ are needed")
    return text


def _log_format(text: str) -> LogFormat:
    if text not in get_args(LogFormat):
        raise ValueError("write text or json")
    return cast(LogFormat, text)


def _text(text: str) -> str:
    return text


def _switch(text: str) -> bool:
    if text.lower() not in _SWITCH:
        raise ValueError("write 1 or 0")
    return _SWITCH[text.lower()]


_SWITCH: Final = {"1": True, "true": True, "yes": True, "on": True, "": False, "0": False, "false": False, "no": False}
_SWITCH["off"] = False

#: What help, docs/settings.md and the environment agree on.
SETTINGS: Final = (
    Setting("data", "ripeline-data", Path, "The folder with the database, the rules and the secret."),
    Setting("host", "127.0.0.1", read_host, "The address to listen on; 0.0.0.0 for all."),
    Setting("port", "8080", _port, "The port to listen on; 0 for any free one."),
    Setting("base_url", "", read_base_url, "Where browsers reach this server, like https://leads.example.com."),
    Setting("rules", "", _path, "The rule file; rules.toml in the data folder when empty."),
    Setting("origins", "", read_origins, "The sites that may send events, comma separated; any while empty."),
    Setting("rate_limit", "30/s burst 100", _rate_limit, "Requests with events an address may send; off: no limit."),
    Setting("trusted_proxies", "", read_proxies, "Addresses or networks whose X-Forwarded-For is believed."),
    Setting("auth_header", "", read_auth_header, "The header those proxies name who is signed in by; none if empty."),
    Setting("setup_token", "", _setup_token, "The key in the set-up link, for scripted set-up; a random one if empty."),
    Setting("mailgun_key", "", _text, "The key Mailgun signs its webhooks with."),
    Setting("smtp", "", read_mail_server, "The mail server for alerts, like smtp://user:password@mail.example.com."),
    Setting("mail_from", "", read_sender, "Whom alerts come from, like Ripeline <alerts@example.com>."),
    Setting("script_path", "/t.js", _route, "The path of the script."),
    Setting("endpoint_path", "/e", _route, "The path events are sent to."),
    Setting("private_hooks", "0", _switch, "1 lets alerts go to http:// and into the network this server stands in."),
    Setting("log_format", "text", _log_format, "How the server writes its log: text or json, a line each."),
    Setting("old_sqlite", "0", _switch, "1 accepts a SQLite older than 3.51.3, which may lose committed events."),
)


def read_settings(given: Mapping[str, str | None], environment: Mapping[str, str] = os.environ) -> Settings:
    """What is in force: flags (by field, None: not given), before `RIPELINE_*` or `RIPELINE_*_FILE`, before defaults.

    Raises `InvalidSetting` naming the value.
    """
    values = {}
    for setting in SETTINGS:
        text = given.get(setting.field)
        if text is None:
            text = text_of(setting.variable, environment)
        values[setting.field] = setting.read(setting.default if text is None else text)
    values["auth_header"] = behind(values["trusted_proxies"], values["auth_header"])
    values["mail_from"] = sender_of(values["smtp"], values["mail_from"])
    values["base_url"] = apart(values["base_url"], (values["script_path"], values["endpoint_path"]))
    values["slips"] = tuple(mistyped(environment, [setting.variable for setting in SETTINGS]))
    settings = Settings(**values)
    if settings.script_path == settings.endpoint_path:
        both = "RIPELINE_SCRIPT_PATH and RIPELINE_ENDPOINT_PATH"
        raise InvalidSetting(both, settings.script_path, "each needs a path of its own, like /news/t.js and /news/e")
    return settings


def machine_language(environment: Mapping[str, str] = os.environ) -> str:
    """The language this machine speaks to its user, found as gettext does: `fr` of LANG=fr_FR.UTF-8, "" of none."""
    said = next(filter(None, map(environment.get, ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"))), "")
    return re.split(r"[_.@:-]", said)[0]
