"""Content-Security-Policy, as far as it decides whether the tag may load and send (CSP Level 3, sections 6.7.2.x)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import SplitResult, urlsplit

from ripeline.commands.doctor_page import Script

_PORTS: Final = {"http": 80, "https": 443, "ws": 80, "wss": 443}
_SCRIPT: Final = ("script-src-elem", "script-src", "default-src")
_CONNECT: Final = ("connect-src", "default-src")

Policy = dict[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Blocked:
    """The directive that is in the way, and the value that has to be added to it."""

    directive: str
    value: str


def policies_of(texts: list[str]) -> list[Policy]:
    """Header values and meta contents as policies; a header may hold several, with commas between them."""
    return [_policy(part) for text in texts for part in text.split(",") if part.strip()]


def _policy(text: str) -> Policy:
    directives: Policy = {}
    for part in text.split(";"):
        name, *values = part.split() or [""]
        # Of a directive that is there twice the first one counts.
        directives.setdefault(name.lower(), tuple(values))
    return directives


def blocks_script(policy: Policy, script: Script, page: str) -> Blocked | None:
    """What keeps this script from running on this page (address), None when nothing does."""
    name, sources = _governing(policy, _SCRIPT)
    if name is None:
        return None
    lowered = {source.lower() for source in sources}
    if script.get("nonce") and f"'nonce-{script.get('nonce')}'" in sources:
        return None
    if any(f"'{hash}'" in sources for hash in script.get("integrity").split()):
        return None
    if "'strict-dynamic'" in lowered:
        return Blocked(name, "the page's nonce, as an attribute of the tag")
    return None if _allows(sources, script.url, page) else Blocked(name, _origin(script.url))


def blocks_connection(policy: Policy, target: str, page: str) -> Blocked | None:
    """What keeps this page from sending to that address, None when nothing does."""
    name, sources = _governing(policy, _CONNECT)
    if name is None or _allows(sources, target, page):
        return None
    return Blocked(name, _origin(target))


def _governing(policy: Policy, names: tuple[str, ...]) -> tuple[str | None, tuple[str, ...]]:
    return next(((name, policy[name]) for name in names if name in policy), (None, ()))


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _allows(sources: tuple[str, ...], url: str, page: str) -> bool:
    target, own = urlsplit(url), urlsplit(page)
    return any(_matches(source, target, own) for source in sources)


def _matches(source: str, target: SplitResult, own: SplitResult) -> bool:
    """Whether that source lets it through; what is no address lets nothing through, as in browsers."""
    try:
        return _fits(source, target, own)
    except ValueError:
        return False


def _fits(source: str, target: SplitResult, own: SplitResult) -> bool:
    lowered = source.lower()
    if lowered == "*":
        return target.scheme in ("http", "https")
    if lowered == "'self'":
        return target.netloc == own.netloc and _scheme_fits(own.scheme, target.scheme)
    if lowered.startswith("'"):
        return False
    if lowered.endswith(":"):
        return _scheme_fits(lowered[:-1], target.scheme)
    return _host_fits(source, target, own.scheme)


def _scheme_fits(allowed: str, scheme: str) -> bool:
    return allowed == scheme or (allowed, scheme) == ("http", "https")


def _host_fits(source: str, target: SplitResult, own_scheme: str) -> bool:
    scheme, _, rest = source.rpartition("://")
    said = urlsplit("//" + rest)
    host, wanted = (said.hostname or "").lower(), (target.hostname or "").lower()
    is_host = wanted.endswith(host[1:]) if host.startswith("*.") else wanted == host
    return (
        is_host
        and _scheme_fits(scheme.lower() or own_scheme, target.scheme)
        and _port_fits(said.netloc.rpartition(":")[2] if ":" in said.netloc else "", target)
        and _path_fits(said.path, target.path)
    )


def _port_fits(port: str, target: SplitResult) -> bool:
    actual = target.port or _PORTS.get(target.scheme)
    if not port:
        return actual == _PORTS.get(target.scheme)
    return port in ("*", str(actual)) or (port == "80" and actual == 443)


def _path_fits(path: str, wanted: str) -> bool:
    if not path or path == "/":
        return True
    return wanted.startswith(path) if path.endswith("/") else wanted == path
