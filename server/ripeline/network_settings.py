"""Settings that name machines and sites: where to listen, which proxies to believe, whose events to take."""

from __future__ import annotations

from ipaddress import ip_network

from ripeline.base_url import read_origin
from ripeline.sentences import N_


def read_host(text: str) -> str:
    """An address or name to listen on; raises ValueError."""
    if not text or any(char in text for char in " /"):
        raise ValueError("an address to listen on is needed, like 127.0.0.1 or 0.0.0.0")
    if text.count(":") == 1:
        raise ValueError("an address without a port is needed; RIPELINE_PORT says the port")
    return text


def read_origins(text: str) -> tuple[str, ...]:
    """Origins, separated by commas; raises ValueError."""
    return tuple(read_origin(_alone(item)) for item in _list(text))


def read_proxies(text: str) -> tuple[str, ...]:
    """Networks, separated by commas; raises ValueError."""
    try:
        return tuple(str(ip_network(item, strict=False)) for item in _list(text))
    except ValueError as error:
        raise ValueError("addresses or networks, not names, are needed, like 127.0.0.1,10.0.0.0/8") from error


def too_trusting(proxies: tuple[str, ...]) -> tuple[str, ...]:
    """A warning, where everybody is taken for a proxy: whoever sends something then says himself who he is."""
    everybody = next((each for each in proxies if ip_network(each).prefixlen == 0), "")
    if not everybody:
        return ()
    said = N_(
        "RIPELINE_TRUSTED_PROXIES=%(network)s takes everybody for a proxy, so that anybody can write any address into "
        "X-Forwarded-For: name the proxy's own address or network there",
        network=everybody,
    )
    return (said,)


def _list(text: str) -> list[str]:
    return [item.strip() for item in text.split(",") if item.strip()]


def _alone(text: str) -> str:
    if " " in text:
        raise ValueError("commas are needed between several, like https://www.example.com,https://shop.example.com")
    return text
