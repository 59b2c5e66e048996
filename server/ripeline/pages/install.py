"""Install: the tag that fits, and is it in?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ripeline.auth.secrets import identity_key
from ripeline.pages.desk import Desk
from ripeline.pages.install_arrival import Arrival, read_arrival
from ripeline.pages.install_snippets import BANNERS, Tag, recipe, snippet
from ripeline.pages.own_people import OwnView, read_own
from ripeline.settings import Settings
from ripeline.store.install import SeenOrigin, seen_origins
from ripeline.store.sites import site_keys


@dataclass(frozen=True, slots=True)
class InstallPage:
    """`tag` is what to paste; `more` are the other ways, by name.

    `banner` is the answer to the one question: "" (none yet), "yes", "no", or one of `banners` (which do not hold
    scripts back). `closed`: only registered sites are taken. `fixed`: the sites are a setting, so nothing here changes
    them. `wrong`: what was typed is no site. `watch`: without scripts, look again by itself. `key`: of verified
    identify, "" for whoever is not the owner. `own`: test mode, and who is left out.
    """

    tag: str
    banner: str
    banners: Mapping[str, str]
    more: Mapping[str, str]
    arrival: Arrival
    origins: tuple[SeenOrigin, ...]
    closed: bool
    fixed: tuple[str, ...]
    wrong: bool
    watch: bool
    key: str
    own: OwnView


def read_install(desk: Desk) -> InstallPage:
    """The tag for this server, what arrived, and from where."""
    settings, keys = desk.running.settings, list(site_keys(desk.conn))
    tag = Tag(settings, keys[0] if len(keys) > 1 else "")
    banner = _known(desk.query.get("banner", ""))
    origins = seen_origins(desk.conn)
    return InstallPage(
        tag=_to_paste(tag, banner),
        banner=banner,
        banners=BANNERS,
        more=_other_ways(tag, settings),
        arrival=read_arrival(desk),
        origins=origins,
        closed=any(origin.mine for origin in origins) or bool(settings.origins),
        fixed=settings.origins,
        wrong="wrong" in desk.query,
        watch="watch" in desk.query,
        key=identity_key(desk.running.secret) if desk.role == "owner" else "",
        own=read_own(desk, origins),
    )


def _known(answer: str) -> str:
    return answer if answer in ("yes", "no") or answer in BANNERS else ""


def _to_paste(tag: Tag, banner: str) -> str:
    if banner in BANNERS:
        return snippet(f"{banner}.html", tag)
    return tag.line("granted" if banner == "yes" else "")


def _other_ways(tag: Tag, settings: Settings) -> Mapping[str, str]:
    """Everything the folded parts of the page quote."""
    files = {
        "button": "button.html",
        "gtm": "gtm.html",
        "shopify": "shopify.html",
        "next": "next.jsx",
        "nuxt": "nuxt.js",
        "pixel": "pixel.html",
        "identify": "identify.js",
        "php": "identity.php",
        "node": "identity.node.js",
        "python": "identity.python.txt",
    }
    made = {name: snippet(file, tag) for name, file in files.items()}
    proxies = {"nginx": recipe("nginx.conf", settings), "caddy": recipe("Caddyfile", settings)}
    return made | proxies | {"server": settings.public_url, "pinned": tag.pinned()}
