"""The routes that take events in, and the script that sends them."""

from __future__ import annotations

from starlette.routing import Route

from ripeline.collect.api_door import ApiDoor
from ripeline.collect.browser_door import BrowserDoor
from ripeline.collect.health import livez, readyz
from ripeline.collect.hooks_door import hook
from ripeline.collect.links_door import click, opened, show_unsubscribe, unsubscribe
from ripeline.collect.metrics import metrics
from ripeline.collect.pixel import PATH as PIXEL_PATH
from ripeline.collect.pixel import pixel
from ripeline.collect.script import everyday_script, hashed_script
from ripeline.collect.segment_door import SegmentDoor
from ripeline.collect.trial_door import SUFFIX as TRIAL
from ripeline.collect.trial_door import TrialDoor
from ripeline.script import hashed_path
from ripeline.settings import Settings


def routes(settings: Settings) -> list[Route]:
    """The hot ones first; paths of script and endpoint are settings, because blockers know the usual ones."""
    return [
        Route(settings.endpoint_path, BrowserDoor()),
        Route("/api/events", ApiDoor()),
        Route(settings.script_path, everyday_script),
        Route(hashed_path(settings.script_path), hashed_script),
        Route(PIXEL_PATH, pixel),
        Route(settings.endpoint_path + TRIAL, TrialDoor()),
        Route("/v1/{kind}", SegmentDoor()),
        Route("/api/s/s2s/{kind}", SegmentDoor()),
        Route("/c/{token}", click),
        Route("/o/{token}.gif", opened),
        Route("/u/{token}", show_unsubscribe),
        Route("/u/{token}", unsubscribe, methods=["POST"]),
        Route("/hooks/{tool}", hook, methods=["POST"]),
        Route("/livez", livez),
        Route("/readyz", readyz),
        Route("/metrics", metrics),
    ]
