"""The tracker and forms: each submit once, with the e-mail and the harmless fields, never a secret."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page
from tests.browser.recorder import SETTLED_MS, Recorder

pytestmark = pytest.mark.browser

Visit = Callable[..., Page]

#: Forms stay on the page, as those sent by the page's own script do.
STAY = "<script>addEventListener('submit', e => e.preventDefault())</script>"
SEND = "<button id=send>Send</button></form>"


def test_a_native_submit_is_an_event_with_its_fields_and_their_types(
    visit: Visit, page: Page, recorder: Recorder, origin: str
) -> None:
    visit(
        '<form id="contact" method="post" action="/thanks"><input name="mail" type="email">'
        '<input name="company" autocomplete="organization"><input name="n" autocomplete="off"><textarea name="message">'
        f"Bonjour</textarea><select name=size><option>10</select>{SEND}",
        path="/contact",
    )
    page.fill("[name=mail]", "ada@example.com")
    page.fill("[name=company]", "Acme")
    page.click("#send")
    event = recorder.wait("form")[0]
    assert (event["k"], event["u"]) == ("contact", f"{origin}/contact")
    assert event["p"] == {"mail": "ada@example.com", "company": "Acme", "message": "Bonjour", "size": "10"}
    assert (event["f"]["mail"], event["f"]["company"]) == ("email", "organization")
    assert page.url == f"{origin}/thanks"


def test_enter_in_a_field_is_a_submit(visit: Visit, page: Page, recorder: Recorder) -> None:
    visit(f'{STAY}<form><input name="q">{SEND}')
    page.fill("input", "pears")
    page.press("input", "Enter")
    assert recorder.wait("form")[0]["p"] == {"q": "pears"}


@pytest.mark.parametrize("call", ["requestSubmit()", "submit()"])
def test_a_submit_by_script_counts_once(visit: Visit, page: Page, recorder: Recorder, call: str) -> None:
    visit('<iframe name="frame" hidden></iframe><form id="f" target="frame"><input name="q" value="a"></form>')
    page.evaluate(f"document.getElementById('f').{call}")
    recorder.wait("form")
    page.wait_for_timeout(SETTLED_MS)
    # The page in the frame has the tag too and sends what it finds waiting, under the same id.
    assert len({event["i"] for event in recorder.all("form")}) == 1


def test_a_page_that_checks_first_and_submits_then_counts_once(visit: Visit, page: Page, recorder: Recorder) -> None:
    visit(
        '<form action="/thanks"><input name="q" value="a">' + SEND + "<script>document.forms[0].onsubmit = e => {"
        "e.preventDefault(); setTimeout(() => e.target.submit(), 200) }</script>"
    )
    page.click("#send")
    page.wait_for_url("**/thanks*")
    page.wait_for_timeout(SETTLED_MS)
    assert len({event["i"] for event in recorder.all("form")}) == 1


def test_a_double_click_counts_once_and_changed_values_count_again(
    visit: Visit, page: Page, recorder: Recorder
) -> None:
    visit(f'{STAY}<form><input name="q" value="a">{SEND}')
    page.dblclick("#send")
    recorder.wait("form")
    page.fill("input", "b")
    page.click("#send")
    assert [event["p"] for event in recorder.wait("form", 2)] == [{"q": "a"}, {"q": "b"}]


def test_what_the_browser_refuses_is_no_submit(visit: Visit, page: Page, recorder: Recorder) -> None:
    visit(f'{STAY}<form><input name="mail" type="email" value="none">{SEND}')
    page.click("#send")
    page.wait_for_timeout(SETTLED_MS)
    assert recorder.all("form") == []


SECRETS = (
    '<input type="password" name="plain" value="S3CRET">'
    '<input type="hidden" name="unseen" value="S3CRET">'
    '<input type="file" name="upload">'
    '<input type="text" name="user_password" value="S3CRET">'
    '<input name="motDePasse" value="S3CRET">'
    '<input name="api-token" value="S3CRET">'
    '<input name="autofilled" autocomplete="section-a cc-number" value="S3CRET">'
    '<input name="texted" autocomplete="one-time-code" value="S3CRET">'
    '<input name="number" value="4111 1111-1111 1111">'
    '<textarea name="letter">Mine is 4111 1111 1111 1111, thanks</textarea>'
    '<input name="bank" value="FR76 3000 6000 0112 3456 7890 189">'
    '<input name="person" value="2 85 05 78 006 084 36">'
    '<input name="unchecked" type="checkbox" value="S3CRET">'
    '<input name="left_out" data-ripeline-ignore value="S3CRET">'
)


def test_a_secret_never_leaves_the_page(visit: Visit, page: Page, recorder: Recorder) -> None:
    visit(f'{STAY}<form>{SECRETS}<input name="q" value="a">{SEND}')
    page.click("#send")
    event = recorder.wait("form")[0]
    assert event["p"] == {"q": "a"}
    assert set(event["f"]) == {"q"}


HARMLESS = {
    "business_name": "Passepartout",
    "experience": "10",
    "expected_budget": "50000",
    "passenger": "4",
    "siret": "732 829 320 00074",
    "telephone": "0033612345678",
    "order": "4111111111111112",
    "raison_sociale": "Verger",
}


def test_a_harmless_field_is_kept_whatever_it_resembles(visit: Visit, page: Page, recorder: Recorder) -> None:
    fields = "".join(f'<input name="{name}" value="{value}">' for name, value in HARMLESS.items())
    visit(f"{STAY}<form>{fields}{SEND}")
    page.click("#send")
    assert recorder.wait("form")[0]["p"] == HARMLESS


def test_a_password_that_was_shown_stays_one(visit: Visit, page: Page, recorder: Recorder) -> None:
    visit(f'{STAY}<form><input id="eye" type="password" name="x"><input name="q" value="a">{SEND}')
    page.fill("#eye", "S3CRET")
    page.evaluate("document.getElementById('eye').type = 'text'")
    page.click("#send")
    assert recorder.wait("form")[0]["p"] == {"q": "a"}


FORMS = {
    "name": ('<form name="quote"><input name=q value=a>', "quote"),
    "action": ('<form action="/send?x=1"><input name=q value=a>', "/send"),
    "none": ("<form><input name=q value=a>", ""),
    "fields in the way": (
        '<form id="tricky"><input name=q value=a><input name=id><input name=action><input name=submit>'
        "<input name=tagName>",
        "tricky",
    ),
    "field outside": ('<input name=q value=a form=out><form id="out">', "out"),
    "novalidate": ('<form id="free" novalidate><input name=q value=a><input type=email>', "free"),
}


@pytest.mark.parametrize("kind", FORMS)
def test_forms_are_told_apart_by_id_name_or_action(visit: Visit, page: Page, recorder: Recorder, kind: str) -> None:
    markup, key = FORMS[kind]
    visit(STAY + markup + SEND)
    page.click("#send")
    event = recorder.wait("form")[0]
    assert (event["k"], event["p"]) == (key, {"q": "a"})


def test_a_form_in_a_web_component_counts(visit: Visit, page: Page, recorder: Recorder) -> None:
    visit(
        "<x-form></x-form><script>customElements.define('x-form', class extends HTMLElement { connectedCallback() {"
        "const root = this.attachShadow({mode: 'open'});"
        "root.innerHTML = '<form id=inner><input name=q><button>Send</button></form>';"
        "root.firstChild.onsubmit = e => e.preventDefault() } })</script>"
    )
    page.fill("input", "a")
    page.press("input", "Enter")
    event = recorder.wait("form")[0]
    assert (event["k"], event["p"]) == ("inner", {"q": "a"})


def test_a_form_that_names_an_event_sends_it_too(visit: Visit, page: Page, recorder: Recorder) -> None:
    visit(f'{STAY}<form data-ripeline-event="quote_asked"><input name="q" value="a">{SEND}')
    page.click("input")
    page.click("#send")
    recorder.wait("form")
    assert recorder.names() == ["page", "quote_asked", "form"]


def test_an_ignored_form_is_none(visit: Visit, page: Page, recorder: Recorder) -> None:
    visit(f'{STAY}<form data-ripeline-ignore><input name="q" value="a">{SEND}')
    page.click("#send")
    page.wait_for_timeout(SETTLED_MS)
    assert recorder.names() == ["page"]


def test_the_page_finds_its_form_as_it_made_it(visit: Visit, page: Page, recorder: Recorder) -> None:
    visit(f'<form action="/thanks" method="post"><input name="q" value="a">{SEND}')
    before = page.inner_html("body")
    page.evaluate("document.forms[0].addEventListener('submit', e => { window.prevented = e.defaultPrevented })")
    page.evaluate("addEventListener('formdata', () => { window.asked = (window.asked || 0) + 1 })")
    page.evaluate("document.forms[0].addEventListener('submit', e => e.preventDefault())")
    page.click("#send")
    recorder.wait("form")
    assert page.evaluate("[window.prevented, window.asked]") == [False, None]
    assert page.inner_html("body") == before


def test_a_form_of_many_fields_and_long_names_is_sent_within_the_limits(
    visit: Visit, page: Page, recorder: Recorder
) -> None:
    fields = "".join(f'<input name="{"ctl00$" * 20}{number}" value="{number}">' for number in range(60))
    visit(f"{STAY}<form>{fields}{SEND}")
    page.click("#send")
    values = recorder.wait("form")[0]["p"]
    assert list(values.values()) == [str(number) for number in range(50)]
    assert max(map(len, values)) == 64
