"""How e-mails leave: the mail server and the sender, as the settings name them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from email.headerregistry import Address
from email.utils import parseaddr
from typing import Final, Literal
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from ripeline.domain.emails import plausible_email
from ripeline.errors import InvalidSetting

Security = Literal["starttls", "tls", "none"]

_PORTS: Final[dict[Security, int]] = {"starttls": 587, "tls": 465, "none": 25}
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_FORM: Final = "write it like smtp://user:password@mail.example.com:587 or smtps://user:password@mail.example.com"


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where e-mails are handed in; `user` "" when it asks for nobody. `starttls`: never without."""

    host: str
    port: int
    security: Security
    user: str = ""
    password: str = field(default="", repr=False)


def read_mail_server(text: str) -> MailServer | None:
    """Read off a URL, None for ""; raises ValueError with what would be right."""
    if not text:
        return None
    try:
        url = urlsplit(text)
        host, port = url.hostname, url.port
    except ValueError as error:
        raise ValueError(_FORM) from error
    if url.scheme not in ("smtp", "smtps") or not host or url.path not in ("", "/") or url.fragment:
        raise ValueError(_FORM)
    security = _security(url)
    user, password = unquote(url.username or ""), unquote(url.password or "")
    if bool(user) != bool(password):
        raise ValueError("a user needs a password, and a password a user; write @ : / in them as %40 %3A %2F")
    if user and security == "none" and host not in _LOOPBACK:
        raise ValueError("the password would travel readable: leave out starttls=no, or use smtps://")
    return MailServer(host, port or _PORTS[security], security, user, password)


def _security(url: SplitResult) -> Security:
    asked = parse_qsl(url.query, keep_blank_values=True)
    if url.scheme == "smtps" and not asked:
        return "tls"
    if url.scheme == "smtp" and asked in ([], [("starttls", "yes")]):
        return "starttls"
    if url.scheme == "smtp" and asked == [("starttls", "no")]:
        return "none"
    raise ValueError("after the ? only starttls=no is understood, and only with smtp://")


def read_sender(text: str) -> str:
    """Whom alerts come from, as a header writes it: "Ripeline <alerts@example.com>"; "" for "". Raises ValueError."""
    if not text:
        return ""
    name, address = parseaddr(text)
    email = plausible_email(address)
    if email is None or not text.isprintable():
        raise ValueError("an e-mail address is needed, like alerts@example.com or Ripeline <alerts@example.com>")
    user, _, domain = email.rpartition("@")
    return str(Address(name or "Ripeline", user, domain))


def without_password(text: str) -> str:
    """The URL, as it may be printed and logged."""
    return re.sub(r"(?<=://).*@", "…@", text)


def sender_of(server: MailServer | None, sender: str) -> str:
    """The sender, or else the user of the server where that is an address. Raises `InvalidSetting` when neither is."""
    if server is None or sender:
        return sender
    if plausible_email(server.user) is None:
        raise InvalidSetting("RIPELINE_MAIL_FROM", "", "is needed with RIPELINE_SMTP: whom alerts come from")
    return read_sender(server.user)
