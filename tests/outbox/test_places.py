"""Where a server may send to: never into its own network, whatever the address looks like."""

from __future__ import annotations

import pytest
from tests.outbox.post_house import run

from ripeline.errors import InvalidRequest
from ripeline.outbox.places import Forbidden, checked_address, find_allowed, is_allowed, look_up

INSIDE = """
127.0.0.1 127.8.9.1 10.1.2.3 172.16.0.1 192.168.0.1 100.64.0.1 198.18.0.1 192.0.2.1 0.0.0.0 255.255.255.255 240.0.0.1
169.254.169.254 224.0.0.1 ::1 :: fe80::1 fe80::1%eth0 fc00::1 fd12::1 fec0::1 ff02::1 2001:db8::1 fd00:ec2::254
100.100.100.200 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:a9fe:a9fe ::127.0.0.1 64:ff9b::7f00:1 64:ff9b::a9fe:a9fe
64:ff9b:1::1 2002:7f00:1:: 2002:a00:1:: 2001:0:0:0:0:0:80ff:fffe nonsense""".split()
OUTSIDE = "8.8.8.8 1.1.1.1 93.184.215.14 2606:4700::1111 ::ffff:8.8.8.8 64:ff9b::808:808 2002:808:808::".split()
#: Never, not even with RIPELINE_PRIVATE_HOOKS: what clouds tell their machines, everybody at once, nobody.
NEVER = """
169.254.169.254 fd00:ec2::254 100.100.100.200 ::ffff:a9fe:a9fe fe80::1 224.0.0.1 ff02::1 0.0.0.0 :: 240.0.0.1
""".split()


@pytest.mark.parametrize("address", INSIDE)
def test_nothing_is_sent_into_the_network_the_server_stands_in(address: str) -> None:
    assert not is_allowed(address, private=False)


@pytest.mark.parametrize("address", OUTSIDE)
def test_public_addresses_may_be_sent_to(address: str) -> None:
    assert is_allowed(address, private=False)


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "10.1.2.3", "192.168.0.1", "fd12::1", "172.17.0.1"])
def test_what_stands_beside_the_server_may_be_allowed(address: str) -> None:
    assert is_allowed(address, private=True)


@pytest.mark.parametrize("address", NEVER)
def test_some_addresses_are_never_sent_to(address: str) -> None:
    assert not is_allowed(address, private=True)


@pytest.mark.parametrize(
    ("typed", "called"),
    [
        (" https://hooks.example/a b?q=é ", "https://hooks.example/a%20b?q=%C3%A9"),
        ("https://Bücher.example:8443", "https://xn--bcher-kva.example:8443/"),
        ("https://[2606:4700::1111]/x#part", "https://[2606:4700::1111]/x"),
        ("https://hooks.slack.com/services/T0/B0/abc", "https://hooks.slack.com/services/T0/B0/abc"),
        ("https://x.example/w?api-version=1&sp=%2Ftriggers%2Frun&sig=a-b_c", None),
    ],
)
def test_an_address_is_called_as_it_was_typed(typed: str, called: str | None) -> None:
    assert checked_address(typed, private=False) == (called or typed)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "hooks.example",
        "http://hooks.example/",
        "ftp://hooks.example/",
        "javascript:alert(1)",
        "file:///etc/passwd",
        "https://",
        "https:///path",
        "https://user:pass@hooks.example/",
        "https://hooks.example\\@evil.example/",
        "https://exa mple.example/",
        "https://hooks.example:99999/",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://169.254.169.254/latest/meta-data",
        "https://" + "a" * 3000 + ".example/",
        "https://[broken/",
    ],
)
def test_what_is_no_address_to_send_to_is_refused_where_it_is_typed(typed: str) -> None:
    with pytest.raises(InvalidRequest):
        checked_address(typed, private=False)


def test_http_will_do_inside_when_that_is_allowed() -> None:
    assert checked_address("http://n8n:5678/webhook/x", private=True) == "http://n8n:5678/webhook/x"


@pytest.mark.parametrize("found", [["127.0.0.1"], ["93.184.215.14", "10.0.0.1"], ["::ffff:169.254.169.254"]])
def test_a_name_is_refused_when_any_of_its_addresses_leads_inside(found: list[str]) -> None:
    async def answer(host: str, port: int) -> list[str]:
        return found

    with pytest.raises(Forbidden, match=r"hooks\.example leads into a private network"):
        run(find_allowed("hooks.example", 443, answer, private=False))


@pytest.mark.parametrize("host", ["127.1", "2130706433", "0x7f000001", "localhost"])
def test_other_ways_to_write_loopback_are_found_out_by_looking_them_up(host: str) -> None:
    with pytest.raises((Forbidden, OSError)):
        run(find_allowed(host, 443, look_up, private=False))
