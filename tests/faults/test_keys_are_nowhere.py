"""A whole server, set up, signed in to and asked by programs: of what lets somebody in, only hashes are left behind."""

from __future__ import annotations

import http.client
import re
from pathlib import Path
from urllib.parse import urlencode

import pytest
from tests.faults.house import Record, Server, tell

PASSWORD = "a ripe pear in june"
OWN = {"content-type": "application/x-www-form-urlencoded", "sec-fetch-site": "same-origin"}


class Browser:
    """Keeps its cookies and every one it ever had."""

    def __init__(self, port: int) -> None:
        self.port, self.cookies, self.had = port, {"": ""}, set[str]()

    def post(self, path: str, **fields: str) -> tuple[int, str]:
        return self._ask("POST", path, urlencode(fields))

    def get(self, path: str, **headers: str) -> tuple[int, str]:
        return self._ask("GET", path, "", headers)

    def _ask(self, method: str, path: str, body: str, more: dict[str, str] | None = None) -> tuple[int, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items() if name)
        connection.request(method, path, body, {**OWN, "cookie": cookies, **(more or {})})
        answer = connection.getresponse()
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                key, _, kept = value.partition(";")[0].partition("=")
                self.cookies[key] = kept
                self.had |= {kept} if key in ("ripeline", "ripeline-known") else set()
        text = answer.read().decode()
        connection.close()
        return answer.status, text


@pytest.mark.row
def test_of_what_lets_somebody_in_only_hashes_are_left(tmp_path: Path, record_property: Record) -> None:
    with Server(tmp_path / "data").start() as server:
        (setup,) = set(re.findall(r"/setup/(\S+)", server.said.read_text("utf-8")))
        browser = Browser(server.port)
        assert browser.post(f"/setup/{setup}", email="ada@example.com", password=PASSWORD)[0] == 303
        _, page = browser.post("/settings/tokens", name="crm", read="yes", write="yes")
        (token,) = re.findall(r'id="key">(rpl_[^<]+)<', page)
        browser.post("/settings/people/invite", email="bob@example.com", role="sales")
        (invitation,) = set(re.findall(r"/invitation/([\w.-]+)", browser.get("/settings/people")[1]))
        for path in (f"/invitation/{invitation}", f"/setup/{setup}", f"/v/{token}", f"/nowhere/{token}?key={token}"):
            Browser(server.port).get(path)
        assert browser.get("/api/leads", authorization=f"Bearer {token}")[0] == 200
        assert browser.get("/api/leads", authorization=f"Bearer {token}x")[0] == 401
        Browser(server.port).post(f"/hooks/brevo?key={token}")
        Browser(server.port).post("/signin", email="ada@example.com", password=PASSWORD + "x")
        browser.post("/account/password", old=PASSWORD, password="another pear in july")
        browser.post("/signout")
        secrets = {PASSWORD, "another pear in july", token, invitation, *browser.had}
        assert len(browser.had) >= 4
        said = server.said.read_text("utf-8")
        server.stop()
    assert said.count(setup) == 1, "printed once"
    files = [file for file in server.data.rglob("*") if file.is_file()]
    written = b"".join(file.read_bytes() for file in files)
    for secret in secrets:
        assert secret not in said
        assert secret.encode() not in written, secret[:6]
    assert setup.encode() not in written
    tell(record_property, secrets=len(secrets) + 1, files=len(files), bytes=len(written), found=0)
