"""Which script of a page is the tag, what it says, and whether its script can be had."""

from __future__ import annotations

import re
from base64 import b64encode
from dataclasses import dataclass
from hashlib import new
from typing import Final
from urllib.parse import parse_qs, urljoin, urlsplit

from ripeline.commands.doctor_fetch import Fetched, Unreachable, fetch
from ripeline.commands.doctor_finding import Finding, ok, problem, warning
from ripeline.commands.doctor_page import Script
from ripeline.settings import Settings

#: A word the script cannot be without.
_OURS: Final = b"ripeline"
_USUAL: Final = re.compile(r"/t(\.[0-9a-f]{16})?\.js")
#: Where the script sends when nobody says otherwise.
_ENDPOINT: Final = "/e"
#: Types a browser runs; banners give another one to what they hold back.
_RUN: Final = frozenset({"", "text/javascript", "application/javascript", "module"})


@dataclass(frozen=True, slots=True)
class Tag:
    """The tag as the page has it, and where it will send."""

    script: Script
    endpoint: str

    def option(self, name: str) -> str:
        """An option: the attribute, else the parameter of the address; "" where there is neither."""
        said = self.script.attributes.get("data-" + name)
        return said if said is not None else parse_qs(urlsplit(self.script.url).query).get(name, [""])[0]

    @property
    def is_held(self) -> bool:
        """Whether something else than the browser decides when it runs."""
        return self.script.get("type").lower() not in _RUN or not self.script.get("src")


def is_tag(script: Script, settings: Settings) -> bool:
    """By its path, whatever the host (a proxy under your own name), or by its attributes."""
    path = urlsplit(script.url).path
    stem, dot, extension = settings.script_path.rpartition(".")
    own = rf"({re.escape(settings.base_path)})?{re.escape(stem)}(\.[0-9a-f]{{16}})?{re.escape(dot + extension)}"
    is_named = re.fullmatch(own, path) or _USUAL.fullmatch(path)
    return is_named is not None or any(script.has(name) for name in ("data-site", "data-consent", "data-api"))


def mentions_tag(text: str, settings: Settings) -> bool:
    """Whether a piece of text has the script's address in it."""
    return settings.public_url + settings.script_path in text


def tag_of(script: Script) -> Tag:
    """The tag with its endpoint: `data-api` (as it stands where it is no address), else the usual one beside it."""
    said = Tag(script, "").option("api") or _ENDPOINT
    try:
        return Tag(script, urljoin(script.url, said))
    except ValueError:
        return Tag(script, said.replace("[", "%5B"))


def findings_of_tag(tag: Tag, settings: Settings, seconds: float) -> list[Finding]:
    """Its attributes, and its script as a browser would get it."""
    found = []
    runs_late = any(tag.script.has(name) for name in ("async", "defer")) or tag.script.get("type") == "module"
    if not runs_late and not tag.is_held:
        found.append(warning("async", "the page waits for the script", "Add async to the tag"))
    if tag.script.has("data-dev") or "dev" in parse_qs(urlsplit(tag.script.url).query, keep_blank_values=True):
        found.append(warning("dev", "data-dev is on: robots and you yourself are counted", "Remove it on a live site"))
    if not tag.option("api") and settings.data_api:
        said = f"it sends to {_ENDPOINT}, and the server takes events at {settings.base_path}{settings.endpoint_path}"
        found.append(problem("endpoint", said, f'Add data-api="{settings.data_api}"'))
    return [*found, *_loaded(tag, settings, seconds)]


def _loaded(tag: Tag, settings: Settings, seconds: float) -> list[Finding]:
    url = tag.script.url
    try:
        script = fetch(url, seconds)
    except Unreachable as error:
        return [problem("script", f"{url} cannot be reached: {error}", "Is the server there, under this name?")]
    if script.status != 200:
        return [problem("script", f"{url} answers {script.status}", f"The server has it at {settings.script_path}")]
    if _OURS not in script.body:
        return [problem("script", f"{url} is something else than Ripeline's", "Check the proxy in front of it")]
    return [_integrity(tag.script, script) or ok("script", f"{url} answers")]


def _integrity(script: Script, fetched: Fetched) -> Finding | None:
    promised = script.get("integrity").split()
    if not promised:
        return None
    if not script.has("crossorigin"):
        advice = "Add crossorigin to the tag"
        return problem("script", "a browser checks integrity only with crossorigin, and runs nothing here", advice)
    if not any(_fits(hash, fetched.body) for hash in promised):
        advice = "Take the tag of the Install page: an address with a hash never changes its script"
        return problem("script", "it is not the one that integrity promises: browsers refuse it", advice)
    return None


def _fits(hash: str, body: bytes) -> bool:
    name, _, value = hash.partition("-")
    return name in ("sha256", "sha384", "sha512") and b64encode(new(name, body).digest()).decode() == value
