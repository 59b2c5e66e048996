"""The first person: a link printed once at the first start, no default account."""

from __future__ import annotations

from ripeline.auth.house import House
from ripeline.auth.secrets import derived_key, hash_of, is_same, new_key
from ripeline.store.database import Connection
from ripeline.store.meta import read_meta, write_meta
from ripeline.store.people import has_users

_META = "setup_token_hash"


async def setup_link(house: House) -> str | None:
    """The link that makes the owner, anew at each start until somebody used it; None once there are people."""
    with house.database.read() as conn:
        if has_users(conn):
            return None
    key = house.settings.setup_token or new_key()

    def remember(conn: Connection) -> None:
        write_meta(conn, _META, hash_of(key))

    await house.write(remember)
    return f"{house.settings.public_url}/setup/{key}"


def is_setup_key(conn: Connection, key: str) -> bool:
    """True while nobody has been set up and this is the key that was printed last."""
    expected = read_meta(conn, _META)
    return expected is not None and not has_users(conn) and is_same(expected, hash_of(key))


def forget_setup_key(conn: Connection) -> None:
    write_meta(conn, _META, "")


def demo_link(house: House) -> str:
    """A link that signs in as the demo's owner; it works only while the server runs as a demo."""
    return f"{house.settings.public_url}/demo/{derived_key(house.secret, 'demo sign-in')}"


def is_demo_key(house: House, key: str) -> bool:
    return house.demo and is_same(key, derived_key(house.secret, "demo sign-in"))
