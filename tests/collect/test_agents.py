"""Which agents are machines: every kind of them, and the browsers of people, which are none."""

from __future__ import annotations

import pytest

from ripeline.collect.agents import agent_of

CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) {}/131.0.0.0 Safari/537.36"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
ANDROID = "Mozilla/5.0 (Linux; Android 14; SM-S918B) AppleWebKit/537.36 (KHTML, like Gecko) "


@pytest.mark.parametrize(
    ("agent", "suspect", "on_a_page"),
    [
        ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", "crawler", "crawler"),
        ("Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)", "crawler", "crawler"),
        ("Mozilla/5.0 AppleWebKit/537.36; compatible; GPTBot/1.2; +https://openai.com/gptbot", "crawler", "crawler"),
        ("Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)", "crawler", "crawler"),
        (CHROME.format("HeadlessChrome"), "headless", "headless"),
        ("Mozilla/5.0 (Unknown; Linux x86_64) PhantomJS/2.1.1 Safari/538.1", "headless", "headless"),
        ("python-requests/2.32.3", "", "program"),
        ("curl/8.11.0", "", "program"),
        ("Go-http-client/2.0", "", "program"),
    ],
)
def test_a_machine_is_known_by_its_name(agent: str, suspect: str, on_a_page: str) -> None:
    assert agent_of(agent.encode()) == (agent, suspect, on_a_page)


@pytest.mark.parametrize(
    "agent",
    [
        "",
        CHROME.format("Chrome"),
        CHROME.format("Chrome") + " Edg/131.0.0.0",
        CHROME.format("Chrome") + " OPR/116.0.0.0",
        "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0",
        "Mozilla/5.0 (Windows NT 10.0; WOW64; Trident/7.0; rv:11.0) like Gecko",
        IPHONE + "Version/18.1 Mobile/15E148 Safari/604.1",
        IPHONE + "Mobile/15E148 [FBAN/FBIOS;FBAV/489.0;FBBV/1;FBDV/iPhone15,2;FBMD/iPhone]",
        IPHONE + "Mobile/15E148 MetaIAB Facebook",
        IPHONE + "Mobile/15E148 [LinkedInApp]/9.30",
        IPHONE + "GSA/340.0 Mobile/15E148 Safari/604.1",
        IPHONE + "Mobile/15E148 Instagram 356.0.0 (iPhone15,2; iOS 18_1; fr_FR)",
        ANDROID + "SamsungBrowser/26.0 Chrome/122.0.0.0 Mobile Safari/537.36",
        ANDROID + "Version/4.0 Chrome/130.0 Mobile Safari/537.36 [FB_IAB/FB4A;FBAV/489.0]",
        ANDROID + "Version/4.0 Chrome/130.0 Mobile Safari/537.36 Viber/23.0",
        ANDROID + "Version/4.0 Chrome/130.0 Mobile Safari/537.36 GoogleApp/15",
        ANDROID + "Chrome/130.0.0.0 Mobile DuckDuckGo/5 Safari/537.36",
        ANDROID + "QwantMobile/8.0 Chrome/130.0 Mobile Safari/537.36",
    ],
)
def test_the_browser_of_a_person_is_none(agent: str) -> None:
    assert agent_of(agent.encode()) == (agent, "", "")
