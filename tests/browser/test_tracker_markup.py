"""The three real kinds of markup: plain, built by React, a web component. Each tells a file, a step and a form."""

from __future__ import annotations

import subprocess
from functools import cache

import pytest
from playwright.sync_api import Page
from tests.browser.told import Told

from ripeline.paths import ROOT

pytestmark = pytest.mark.browser

TRACKER = ROOT / "tracker"

PLAIN = """
<a id="file" href="/files/guide.pdf">Guide</a> <a id="step" href="/next">Next</a>
<form id="contact" action="/thanks"><label>E-mail <input name="mail" type="email"></label><button>Send</button></form>
"""

#: As a single-page site does it: the router changes the address, the state changes the title, the submit is ajax.
REACT = """
<div id="root"></div>
<script>
  const { createElement: e, useState } = React
  const Contact = () => {
    const [mail, setMail] = useState('')
    const [sent, setSent] = useState(false)
    const send = event => { event.preventDefault(); setTimeout(() => setSent(true), 20) }
    if (sent) return e('p', { id: 'sent' }, 'Thank you')
    return e('form', { id: 'contact', onSubmit: send },
      e('input', { name: 'mail', type: 'email', value: mail, onChange: event => setMail(event.target.value) }),
      e('button', null, 'Send'))
  }
  const Shop = () => {
    const [step, setStep] = useState(0)
    const stop = event => event.stopPropagation()
    const go = event => {
      event.preventDefault()
      history.pushState({}, '', '/next')
      setStep(1)
    }
    return e('main', null,
      e('a', { id: 'file', href: '/files/guide.pdf', onClick: stop }, e('b', null, 'Guide')),
      e('a', { id: 'step', href: '/next', onClick: go }, 'Next'),
      step ? e(Contact) : null)
  }
  ReactDOM.createRoot(document.getElementById('root')).render(e(Shop))
</script>
"""

COMPONENT = """
<x-shop></x-shop>
<script>
  customElements.define('x-contact', class extends HTMLElement {
    connectedCallback() {
      const root = this.attachShadow({ mode: 'open' })
      root.innerHTML = '<form id="contact"><input name="mail" type="email"><button>Send</button></form>'
      root.firstChild.addEventListener('submit', event => { event.preventDefault(); event.stopPropagation() })
    }
  })
  customElements.define('x-shop', class extends HTMLElement {
    connectedCallback() {
      const root = this.attachShadow({ mode: 'open' })
      root.innerHTML = '<a id="file" href="/files/guide.pdf"><slot>Guide</slot></a> <a id="step" href="/next">Next</a>'
      root.getElementById('step').onclick = event => {
        event.preventDefault()
        history.pushState({}, '', '/next')
        root.append(document.createElement('x-contact'))
      }
    }
  })
</script>
"""


@cache
def react() -> str:
    """React as its makers built it, both halves."""
    if not (TRACKER / "node_modules" / "react").is_dir():
        subprocess.run(["npm", "ci", "--silent"], cwd=TRACKER, check=True)
    halves = ("react/umd/react.production.min.js", "react-dom/umd/react-dom.production.min.js")
    return "".join(f"<script>{(TRACKER / 'node_modules' / half).read_text()}</script>" for half in halves)


@pytest.mark.parametrize("kind", ["plain", "React", "web component"])
def test_file_step_and_form_are_told_from_every_kind_of_markup(told: Told, page: Page, kind: str) -> None:
    body = {"plain": PLAIN, "React": REACT, "web component": COMPONENT}[kind]
    told.site.bodies["/next"] = PLAIN
    told.open(page, (react() if kind == "React" else "") + body, path="/start")
    page.click("#file")
    told.wait("download")
    page.click("#step")
    told.wait("page", 2)
    page.fill("[name=mail]", "ada@example.com")
    page.press("[name=mail]", "Enter")
    form = told.wait("form")[0]
    if kind == "React":
        page.wait_for_selector("#sent")
    assert (form["url"], form["item"], form["email"]) == (f"{told.origin}/next", "contact", "ada@example.com")
    assert [event["on"] for event in told.events() if event["on"] != "engagement"][:4] == [
        "page",
        "download",
        "page",
        "form",
    ]
