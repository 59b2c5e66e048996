"""The image and the compose file, as far as they can be checked without a container engine."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]


def test_everything_the_image_copies_is_there_and_let_through() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    allowed = {line[1:] for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines() if line[0] == "!"}
    for line in re.findall(r"^COPY (?!--from)(.+)$", dockerfile, re.MULTILINE):
        for source in line.split()[:-1]:
            assert (ROOT / source).exists(), source
            assert source in allowed, f"{source} is kept out by .dockerignore"


def test_the_image_runs_as_nobody_in_particular_and_keeps_its_data_in_a_volume() -> None:
    last_stage = (ROOT / "Dockerfile").read_text(encoding="utf-8").rpartition("FROM ")[2]
    assert re.search(r"^USER \d+:\d+$", last_stage, re.MULTILINE)
    assert "VOLUME /data" in last_stage
    assert "HEALTHCHECK" in last_stage


def test_compose_serves_https_in_front_of_one_ripeline() -> None:
    compose = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
    ripeline, caddy = compose["services"]["ripeline"], compose["services"]["caddy"]
    assert ripeline["environment"]["RIPELINE_BASE_URL"].startswith("https://")
    assert "ports" not in ripeline, "only the proxy is reachable from outside"
    assert ripeline["volumes"] == ["ripeline-data:/data"]
    assert caddy["depends_on"] == {"ripeline": {"condition": "service_healthy"}}
    assert "reverse_proxy ripeline:8080" in (ROOT / "Caddyfile").read_text(encoding="utf-8")
