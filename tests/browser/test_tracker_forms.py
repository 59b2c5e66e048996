"""The tracker and forms: each submit once, with the e-mail and the harmless fields, never a secret."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page
from tests.browser.told import Told

pytestmark = pytest.mark.browser

#: Forms stay on the page, as those sent by the page's own script do.
STAY = "<script>addEventListener('submit', e => e.preventDefault())</script>"
SEND = "<button id=send>Send</button></form>"
NO_TAG = "<!-- <script async -->"


def test_a_native_submit_is_an_event_with_its_fields_and_what_they_are(told: Told, page: Page) -> None:
    told.open(
        page,
        '<form id="contact" method="post" action="/thanks"><input name="mail" type="email">'
        '<input name="f2" autocomplete="organization"><input name="n" autocomplete="off"><textarea name="message">'
        f"Bonjour</textarea><select name=size><option>10</select>{SEND}",
        path="/contact",
    )
    page.fill("[name=mail]", "ada@example.com")
    page.fill("[name=f2]", "Acme")
    page.click("#send")
    event = told.wait("form")[0]
    assert (event["item"], event["url"]) == ("contact", f"{told.origin}/contact")
    assert event["props"] == {"mail": "ada@example.com", "f2": "Acme", "message": "Bonjour", "size": "10"}
    assert (event["email"], event["traits"]) == ("ada@example.com", {"email": "ada@example.com", "company": "Acme"})
    assert page.url == f"{told.origin}/thanks"


def test_enter_in_a_field_is_a_submit(told: Told, page: Page) -> None:
    told.open(page, f'{STAY}<form><input name="q"></form>')
    page.fill("input", "pears")
    page.press("input", "Enter")
    assert told.wait("form")[0]["props"] == {"q": "pears"}


#: How the page sends its form; each is one event with its value.
WAYS = {
    "ajax": f'<form onsubmit="fetch(\'/files/x\'); return false"><input name="q" value="a">{SEND}',
    "requestSubmit()": "<form target=frame><input name=q value=a></form>"
    '<button id=send onclick="document.forms[0].requestSubmit()">Send</button>',
    "submit()": "<form target=frame><input name=q value=a></form>"
    '<button id=send onclick="document.forms[0].submit()">Send</button>',
    "prevented, then submitted": '<form target=frame onsubmit="event.preventDefault(); setTimeout(() => this.submit(), '
    f'100)"><input name="q" value="a">{SEND}',
    "submitted by its own handler": f'<form target=frame onsubmit="this.submit()"><input name="q" value="a">{SEND}',
    "formaction": '<form target=frame><input name=q value=a><button id=send formaction="/away">Send</button></form>',
    "_blank": f'<form target="_blank"><input name="q" value="a">{SEND}',
    "novalidate": f"{STAY}<form novalidate><input name=q value=a><input type=email required>{SEND}",
    "added later": "<script>addEventListener('submit', e => e.preventDefault()); setTimeout(() => document.body."
    "insertAdjacentHTML('beforeend', '<form><input name=q value=a><button id=send>Send</button></form>'), 50)</script>",
    "field outside": f"{STAY}<input name=q value=a form=out><form id=out>{SEND}",
    "stopped on its way": f"<form><input name=q value=a>{SEND}<script>for (const owner of [document, "
    "document.forms[0]]) owner.addEventListener('submit', e => { e.stopImmediatePropagation(); e.preventDefault() }, "
    "true)</script>",
}


@pytest.mark.parametrize("way", WAYS)
def test_a_form_counts_once_however_it_is_sent(told: Told, page: Page, way: str) -> None:
    told.site.bodies |= dict.fromkeys(("/away", "/form"), NO_TAG)
    told.open(page, f'<base href="/form"><iframe name="frame" hidden></iframe>{WAYS[way]}', path="/form/here")
    page.click("#send")
    told.wait("form")
    page.wait_for_timeout(250)
    sent = [event for event in told.all(page) if event["on"] == "form"]
    assert [event["props"] for event in sent] == [{"q": "a"}]


def test_a_double_click_counts_once_and_changed_values_count_again(told: Told, page: Page) -> None:
    told.open(page, f'{STAY}<form><input name="q" value="a">{SEND}')
    page.dblclick("#send")
    page.fill("input", "b")
    page.click("#send")
    told.wait("form", 2)
    assert [event["props"] for event in told.all(page)[1:]] == [{"q": "a"}, {"q": "b"}]


def test_the_same_again_after_three_seconds_counts_again(told: Told, page: Page) -> None:
    told.open(page, f'{STAY}<form><input name="q" value="a">{SEND}')
    page.click("#send")
    page.wait_for_timeout(3_100)
    page.click("#send")
    assert told.names(page) == ["page", "form", "form"]


def test_what_the_browser_refuses_is_no_submit(told: Told, page: Page) -> None:
    told.open(page, f'{STAY}<form><input name="mail" type="email" value="none">{SEND}')
    page.click("#send")
    assert told.names(page) == ["page"]


SECRETS = (
    '<input type="password" name="plain" value="S3CRET">'
    '<input type="hidden" name="unseen" value="S3CRET">'
    '<input type="file" name="upload">'
    '<input type="text" name="user_password" value="S3CRET">'
    '<input name="motDePasse" value="S3CRET">'
    '<input name="api-token" value="S3CRET">'
    '<input name="IBAN" value="S3CRET">'
    '<input name="autofilled" autocomplete="section-a cc-number" value="S3CRET">'
    '<input name="texted" autocomplete="one-time-code" value="S3CRET">'
    '<input name="number" value="4111 1111-1111 1111">'
    '<textarea name="letter">Mine is 4111 1111 1111 1111, thanks</textarea>'
    '<input name="bank" value="FR76 3000 6000 0112 3456 7890 189">'
    '<input name="person" value="2 85 05 78 006 084 36">'
    '<input name="unchecked" type="checkbox" value="S3CRET">'
    '<input name="left_out" data-ripeline-ignore value="S3CRET">'
)


def test_a_secret_never_leaves_the_page(told: Told, page: Page) -> None:
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.post_data or ""))
    told.open(page, f'{STAY}<form>{SECRETS}<input name="q" value="a">{SEND}')
    page.click("#send")
    assert told.wait("form")[0]["props"] == {"q": "a"}
    told.all(page)
    told_all = "".join(sent)
    assert '"q":"a"' in told_all
    assert not [secret for secret in ("S3CRET", "4111", "FR76", "2 85") if secret in told_all]


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


def test_a_harmless_field_is_kept_whatever_it_resembles(told: Told, page: Page) -> None:
    fields = "".join(f'<input name="{name}" value="{value}">' for name, value in HARMLESS.items())
    told.open(page, f"{STAY}<form>{fields}{SEND}")
    page.click("#send")
    assert told.wait("form")[0]["props"] == HARMLESS


def test_a_password_that_was_shown_stays_one(told: Told, page: Page) -> None:
    eye = "<i id=eye onclick=\"document.getElementById('x').type = 'text'\">show</i>"
    told.open(
        page, f'{STAY}<form><input id="x" type="password" name="x" value="S3CRET">{eye}<input name="q" value="a">{SEND}'
    )
    page.click("#eye")
    page.click("#send")
    assert told.wait("form")[0]["props"] == {"q": "a"}


FORMS = {
    "name": ('<form name="quote"><input name=q value=a>', "quote"),
    "action": ('<form action="/send?x=1"><input name=q value=a>', "/send"),
    "none": ("<form><input name=q value=a>", None),
    "fields in the way": (
        '<form id="tricky"><input name=q value=a><input name=id><input name=action><input name=submit>'
        "<input name=tagName><input name=elements-of-style>",
        "tricky",
    ),
}


def test_forms_are_told_apart_by_id_name_or_action(told: Told, page: Page) -> None:
    told.open(page, STAY + "".join(f"{markup}<button>Send</button></form>" for markup, _ in FORMS.values()))
    page.evaluate("document.querySelectorAll('button').forEach(button => button.click())")
    found = [(event["props"], event.get("item")) for event in told.wait("form", len(FORMS))]
    assert found == [({"q": "a"}, key) for _, key in FORMS.values()]


def test_a_form_whose_fields_hide_its_methods_is_sent_by_script(told: Told, page: Page) -> None:
    told.open(
        page,
        '<iframe name="frame" hidden></iframe><form id="f" target="frame"><input name="q" value="a">'
        '<input name="submit"></form>',
    )
    page.evaluate("HTMLFormElement.prototype.submit.call(document.getElementById('f'))")
    assert told.wait("form")[0]["item"] == "f"


def test_a_form_in_a_same_origin_frame_counts_for_the_page(told: Told, page: Page) -> None:
    told.site.bodies["/inner"] = f'{NO_TAG}{STAY}<form id="inner"><input name="q" value="a">{SEND}'
    told.open(page, '<iframe src="/inner"></iframe>', path="/outer")
    page.frame_locator("iframe").locator("#send").click()
    event = told.wait("form")[0]
    assert (event["item"], event["url"]) == ("inner", f"{told.origin}/outer")


def test_a_frame_that_has_the_tag_too_counts_its_form_once(told: Told, page: Page) -> None:
    told.site.bodies["/inner"] = f'{STAY}<form id="inner"><input name="q" value="a">{SEND}'
    told.open(page, '<iframe src="/inner"></iframe>', path="/outer")
    told.wait("page", 2)
    page.frame_locator("iframe").locator("#send").click()
    told.wait("form")
    assert [event["on"] for event in told.all(page)].count("form") == 1


#: How each says that a form went through, and a form as it makes them. `jQuery` stands for `.trigger`, whose events
#: are no real ones: it looks for window.on… at the end of their way (jquery/src/event/trigger.js).
JQUERY = "const jQuery = type => window['on' + type]?.apply(window, [{type}]);"
BUILDERS = {
    "Contact Form 7": (
        '<form class="wpcf7-form init" action="/contact/#wpcf7-f5-o1" novalidate data-status="init">',
        "document.forms[0].dispatchEvent(new CustomEvent('wpcf7mailsent', {bubbles: true, detail: {}}))",
    ),
    "WPForms": (
        '<form id="wpforms-form-7" class="wpforms-validate wpforms-form wpforms-ajax-form">',
        "jQuery('wpformsAjaxSubmitSuccess')",
    ),
    "Gravity Forms": (
        '<form id="gform_3" target="gform_ajax_frame_3" action="/#gf_3">',
        "jQuery('gform_confirmation_loaded')",
    ),
    "Elementor": ('<form class="elementor-form" name="New Form">', "jQuery('submit_success')"),
    "HubSpot": (
        '<form id="hsForm_1" class="hs-form-private hs-form">',
        "postMessage({type: 'hsFormCallback', eventName: 'onFormSubmitted', id: '1', data: {}})",
    ),
}


@pytest.mark.parametrize("builder", BUILDERS)
def test_a_form_of_a_builder_counts_when_the_builder_says_it_went_through(told: Told, page: Page, builder: str) -> None:
    markup, success = BUILDERS[builder]
    told.open(page, f'{STAY}{markup}<input name="q" value="a">{SEND}')
    page.click("#send")
    assert told.names(page) == ["page"], "it may still be refused"
    page.fill("input", "b")
    page.click("#send")
    page.evaluate(f"(() => {{ {JQUERY} {success} }})()")
    page.evaluate("document.forms[0].reset()")
    assert [event["props"] for event in told.wait("form")] == [{"q": "b"}]
    page.evaluate(f"(() => {{ {JQUERY} {success} }})()")
    assert told.names(page) == ["page", "form"]


def test_a_form_that_names_an_event_sends_it_too(told: Told, page: Page) -> None:
    told.open(page, f'{STAY}<form data-ripeline-event="quote_asked"><input name="q" value="a">{SEND}')
    page.click("input")
    page.dblclick("#send")
    assert told.names(page) == ["page", "quote_asked", "form"]


def test_an_ignored_form_is_none(told: Told, page: Page) -> None:
    told.open(page, f'{STAY}<form data-ripeline-ignore><input name="q" value="a">{SEND}')
    page.click("#send")
    assert told.names(page) == ["page"]


def test_the_page_finds_its_form_as_it_made_it(told: Told, page: Page) -> None:
    told.open(page, f'<form action="/thanks" method="post"><input name="q" value="a">{SEND}')
    before = page.inner_html("body")
    page.evaluate("document.forms[0].addEventListener('submit', e => { window.prevented = e.defaultPrevented })")
    page.evaluate("addEventListener('formdata', () => { window.asked = (window.asked || 0) + 1 })")
    page.evaluate("document.forms[0].addEventListener('submit', e => e.preventDefault())")
    page.click("#send")
    told.wait("form")
    assert page.evaluate("[window.prevented, window.asked]") == [False, None]
    assert page.inner_html("body") == before


def test_a_form_of_many_fields_and_long_names_is_sent_within_the_limits(told: Told, page: Page) -> None:
    fields = "".join(f'<input name="{"ctl00$" * 20}{number}" value="{number}">' for number in range(60))
    told.open(page, f"{STAY}<form>{fields}{SEND}")
    page.click("#send")
    values = told.wait("form")[0]["props"]
    assert list(values.values()) == [str(number) for number in range(50)]
    assert max(map(len, values)) == 64
