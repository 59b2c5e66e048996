"""What is exported reads back as it was."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from ripeline.domain.event import Event
from ripeline.domain.fields import is_sensitive_name
from ripeline.domain.source import Source
from ripeline.domain.wire import parse_api_event
from ripeline.domain.wire_export import api_item

NOW = 1_795_284_000_000

words = st.text("abcxyz-_ é", max_size=12).map(str.strip)
#: What may be kept: the others were never stored.
names = words.filter(lambda name: bool(name) and not is_sensitive_name(name))
moments = st.integers(1_600_000_000_000, NOW)


@given(
    st.builds(
        Event,
        id=st.text("abc123", min_size=1, max_size=20),
        visitor=st.text("abc123", min_size=1, max_size=20),
        on=st.sampled_from(["page", "download", "click", "identify", "demo_asked", "engagement"]),
        at=moments,
        received_at=st.just(NOW),
        url=st.sampled_from(
            ["https://shop.example/pricing", "https://shop.example/a?q=1", "https://shop.example:8443/"]
        ),
        title=words,
        referrer=st.sampled_from(["", "https://www.google.com/"]),
        item=words,
        email=st.sampled_from([None, "ada@example.com"]),
        verified=st.booleans(),
        props=st.none() | st.dictionaries(names, st.integers(-5, 5) | st.booleans(), min_size=1, max_size=3),
        source=st.sampled_from([Source("email", "newsletter", "email", "autumn", ""), Source()]),
    )
)
def test_an_exported_event_reads_back_as_it_was(event: Event) -> None:
    line = json.dumps(api_item(event, str(event.visitor)))
    back = parse_api_event(json.loads(line), NOW)
    # A link's own address is made canonical at the door, like every address.
    assert structs.replace(back, item="") == structs.replace(event, item="")
    assert event.on == "click" or back.item == event.item


def test_somebody_known_only_by_e_mail_has_no_visitor_to_tell() -> None:
    event = Event(
        id="1", visitor="email:ada@example.com", on="demo_asked", at=NOW, email="ada@example.com", verified=True
    )
    item = api_item(event, "email:ada@example.com")
    assert "visitor" not in item
    assert parse_api_event(item, NOW).visitor == "email:ada@example.com"


def test_a_suspicion_is_written_down() -> None:
    event = Event(id="1", visitor="bot", on="page", at=NOW, url="https://shop.example/", suspect="bot")
    assert api_item(event, "bot")["suspect"] == "bot"
