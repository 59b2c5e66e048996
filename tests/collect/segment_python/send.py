"""A session as a Python server reports it. Arguments: where to, the key, and `gzip` to compress."""

from __future__ import annotations

import sys

from segment.analytics.client import Client  # type: ignore[import-untyped]

host, key, *more = sys.argv[1:]
failed: list[Exception] = []
client = Client(key, host=host, gzip="gzip" in more, max_retries=0, on_error=lambda error, _: failed.append(error))
where = {"campaign": {"name": "autumn", "source": "news", "medium": "email"}}
client.page(anonymous_id="py-browser", properties={"url": "https://shop.example/"}, context=where)
client.page(anonymous_id="py-browser", properties={"url": "https://shop.example/pricing"}, context=where)
client.identify("42", {"email": "py@example.com", "firstName": "Ada"}, anonymous_id="py-browser")
client.track("42", "Demo Asked", {"plan": "pro"})
client.group("42", "acme")
client.flush()
client.join()
sys.exit("\n".join(map(str, failed)) or 0)
