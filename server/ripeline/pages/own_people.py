"""Who is left out, and links into the owner's own site: what pages show of it, and change."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from ripeline.auth.addresses import addresses_behind
from ripeline.auth.guard import current_user, require
from ripeline.auth.trials import Trial, trial_link, trial_token
from ripeline.domain.emails import plausible_email
from ripeline.fold.desk import Desk as Deeds
from ripeline.fold.own_people import leave_out_domain, take_domain_back
from ripeline.pages.desk import Desk, running_of
from ripeline.rules.freemail import FREEMAIL
from ripeline.running import Running
from ripeline.store.audit import add_audit
from ripeline.store.install import SeenOrigin
from ripeline.store.own_people import LeftOut, leave_out, left_out, take_back

#: The page of the settings that shows and changes it.
HERE: Final = "/settings/privacy"

_MOST_LINKS: Final = 5
#: A wider network than these is a slip: it would leave out half of the country.
_WIDEST: Final = {4: 12, 6: 29}
#: An address of this kind changes by the day; its network stays.
_HOUSEHOLD: Final = 64


@dataclass(frozen=True, slots=True)
class OwnView:
    """Addresses and domains left out.

    `change`: "changed", or the kind of what was mistyped, "proxy" where no address is known, "" when nothing was done
    just now.
    `tests` and `ignores` lead to each of our sites; `fragment` goes behind any address of them.
    """

    addresses: tuple[LeftOut, ...]
    domains: tuple[LeftOut, ...]
    change: str
    tests: tuple[tuple[str, str], ...]
    ignores: tuple[tuple[str, str], ...]
    fragment: str


def read_own(desk: Desk, origins: tuple[SeenOrigin, ...]) -> OwnView:
    """The links are good from now on, for two hours and thirty days."""
    running, own, now = desk.running, left_out(desk.conn), int(time.time() * 1000)
    sites = _sites(running, origins)
    test = trial_token(running.secret, Trial("test", desk.locale), now)
    ignore = trial_token(running.secret, Trial("ignore", desk.locale), now)
    return OwnView(
        addresses=tuple(each for each in own if each.kind == "address"),
        domains=tuple(each for each in own if each.kind == "domain"),
        change=desk.query.get("own", ""),
        tests=tuple((site, trial_link(site, test)) for site in sites),
        ignores=tuple((site, trial_link(site, ignore)) for site in sites),
        fragment=trial_link("", test).lstrip("/"),
    )


def _sites(running: Running, origins: tuple[SeenOrigin, ...]) -> list[str]:
    """Ours; while none is known to be, those that were seen."""
    mine = [*running.settings.origins, *(each.origin for each in origins if each.mine)]
    seen = [each.origin for each in origins if each.origin.startswith("http")]
    return list(dict.fromkeys(mine or seen))[:_MOST_LINKS]


def own_address(text: str) -> str:
    """An address or network in its one form, "" when it is none, or far too wide."""
    try:
        network = ip_network(text.strip(), strict=False)
    except ValueError:
        return ""
    return _written(network) if network.prefixlen >= _WIDEST[network.version] else ""


def _written(network: IPv4Network | IPv6Network) -> str:
    return str(network.network_address) if network.num_addresses == 1 else str(network)


def address_here(request: Request) -> str:
    """Where this request comes from: the address, or the network of a household."""
    addresses = addresses_behind(running_of(request).settings.trusted_proxies)
    address = addresses.of(request.scope, dict(request.scope["headers"]))
    return own_address(f"{address}/{_HOUSEHOLD}" if ":" in address else address)


def _is_hidden(request: Request) -> bool:
    """The address would be the proxy's, and every visitor would be left out by it."""
    addresses = addresses_behind(running_of(request).settings.trusted_proxies)
    return addresses.is_hidden(request.scope, dict(request.scope["headers"]))


def own_domain(text: str) -> str:
    """The domain of an e-mail address, or a domain, in lower case; "" when it is none, or anybody's (gmail.com)."""
    email = plausible_email("x@" + text.strip().rpartition("@")[2])
    domain = email.partition("@")[2] if email else ""
    return "" if domain in FREEMAIL else domain


@require("marketer")
async def change_left_out(request: Request) -> Response:
    """Leave an address or an e-mail domain out, or take that back."""
    form = await request.form(max_files=0, max_fields=5, max_part_size=4_096)
    said = {name: str(form.get(name, "")) for name in ("kind", "value", "do")}
    if said["kind"] not in ("address", "domain"):
        return RedirectResponse(HERE, 303)
    if said["do"] == "here" and _is_hidden(request):
        return RedirectResponse(f"{HERE}?own=proxy#left-out", 303)
    value = address_here(request) if said["do"] == "here" else _read(said)
    if not value:
        return RedirectResponse(f"{HERE}?own={said['kind']}#left-out", 303)
    user = current_user(request)
    await _change(running_of(request), said, value, user.email if user else "")
    return RedirectResponse(f"{HERE}?own=changed#left-out", 303)


def _read(said: Mapping[str, str]) -> str:
    return own_address(said["value"]) if said["kind"] == "address" else own_domain(said["value"])


async def _change(running: Running, said: Mapping[str, str], value: str, author: str) -> None:
    await running.do(partial(_change_now, said=said, value=value), author)


def _change_now(desk: Deeds, said: Mapping[str, str], value: str) -> None:
    removes = said["do"] == "remove"
    if said["kind"] == "domain":
        (take_domain_back if removes else leave_out_domain)(desk, value)
    elif removes:
        take_back(desk.conn, "address", value)
    else:
        leave_out(desk.conn, LeftOut("address", value, desk.by.at), desk.by.author)
    add_audit(desk.conn, desk.by, "counted_again" if removes else "left_out", value)


ROUTES: Final = [Route("/install/left-out", change_left_out, methods=["POST"])]
