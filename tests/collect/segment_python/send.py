"""A session as a Python server reports it. Arguments: where to, the key, and `gzip` to compress."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta

from segment.analytics.client import Client

host, key, *more = sys.argv[1:]
failed: list[Exception] = []
client = Client(key, host=host, gzip="gzip" in more, max_retries=0, on_error=lambda error, _: failed.append(error))
where = {"campaign": {"name": "autumn", "source": "news", "medium": "email"}}
begun = datetime.now(UTC) - timedelta(minutes=5)
minutes = [begun + timedelta(minutes=n) for n in range(5)]
browser, shop = "py-browser", "https://shop.example"
client.page(anonymous_id=browser, properties={"url": f"{shop}/"}, context=where, timestamp=minutes[0])
client.page(anonymous_id=browser, properties={"url": f"{shop}/pricing"}, context=where, timestamp=minutes[1])
client.identify("42", {"email": "py@example.com", "firstName": "Ada"}, anonymous_id=browser, timestamp=minutes[2])
client.track("42", "Demo Asked", {"plan": "pro"}, timestamp=minutes[3])
client.group("42", "acme", timestamp=minutes[4])
client.flush()
client.join()
sys.exit("\n".join(map(str, failed)) or 0)
