/*
 * The corner of test mode: while the owner browses their own site with a signed link, it shows what each step is worth.
 *
 * The tag loads it instead of itself when the address says #ripeline-test=… or a test is going on in this browser. It
 * asks the server whether the link is good, starts the tag again with a sending place of its own, and draws what the
 * server answers. Nothing of a test reaches the real endpoint. Without a good link the tag starts as ever.
 * `endpoint`, the path to ask, is declared by the server before the first line.
 */
const own = new URL(import.meta.url)
const soonest = window.fetch
let store = {} // where the browser denies storage
try {
  store = localStorage || store
} catch {}
const [TOKEN, SEEN, QUEUE] = ['ripeline.t', 'ripeline.h', 'ripeline.q']
const most = 100
const longest = 2e5 // the server takes 256 KiB

// ---- the link: taken out of the address before the tag reads it

const [address, link] = location.href.split('#ripeline-')
const token = link == null ? store[TOKEN] : link.replace('test=', '')
if (link != null) history.replaceState(history.state, '', address)
// The tag looks for it when it starts, and must not find it the second time.
delete store[TOKEN]

// ---- the tag on the page

const samePlace = (address) => {
  try {
    const url = new URL(address, location.href)
    return url.origin + url.pathname == own.origin + own.pathname
  } catch {
    return false
  }
}
const old = [...document.querySelectorAll('script[src]')].find((script) => samePlace(script.src))
const option = (name) => old?.getAttribute('data-' + name) ?? (old && new URL(old.src).searchParams.get(name))
const api = (option('api') ? new URL(option('api'), location.href).href : own.origin + endpoint.replace(/\/test$/, '')) + '/test'

const startTag = (change) => {
  const tag = document.createElement('script')
  for (const { name, value } of old?.attributes || []) if (name != 'src') tag.setAttribute(name, value)
  change(tag)
  tag.src = old ? old.src : own.origin + own.pathname
  document.head.append(tag)
}

// ---- asking the server

let envelope = {}
let seen = []
if (link) delete store[SEEN] // a new link begins a new test
try {
  ;({ seen, ...envelope } = { seen: [], ...JSON.parse(store[SEEN] || '{}') })
} catch {}

const ask = async () => {
  try {
    const body = JSON.stringify({ ...envelope, test: token, t: Date.now(), e: seen })
    const answer = await soonest(api, { method: 'POST', body })
    return answer.ok ? await answer.json() : answer.status
  } catch {
    return 503
  }
}
const keep = () => {
  while (seen.length > most || JSON.stringify(seen).length > longest) seen.shift()
  try {
    store[SEEN] = JSON.stringify({ ...envelope, seen })
  } catch {} // full
}
/** What the tag would have sent: it goes to be looked at, and is answered as if it had been stored. */
const take = async (body) => {
  const { e, t, ...rest } = JSON.parse(body)
  if (rest.c === 0) seen = []
  else envelope = rest
  seen = seen.filter((event) => !e.some((other) => other.i == event.i)).concat(e)
  keep()
  const answer = await ask()
  if (answer == 403) end()
  else if (answer.lines) draw(answer)
  return new Response(null, { status: answer.lines || answer == 403 ? 202 : 503 })
}

// ---- the end: what the tag kept of the test must not be sent as real afterwards

const forget = () => {
  for (const key of [TOKEN, SEEN, QUEUE]) delete store[key]
}
const end = () => {
  // Registered last, so that it runs after the tag's own.
  addEventListener('pagehide', forget, true)
  location.reload()
}

// ---- drawing

const sheet = `
:host { all: initial; position: fixed; inset: 12px 12px auto auto; z-index: 2147483647; color-scheme: light dark }
section { font: 14px/1.4 system-ui, sans-serif; width: min(320px, calc(100vw - 24px)); max-height: 60vh; overflow: auto;
  box-sizing: border-box; padding: 12px 14px; border-radius: 10px; border: 1px solid light-dark(#d9d4c7, #4a463d);
  background: light-dark(#fffdf8, #1f1d19); color: light-dark(#2b2721, #eee9df); box-shadow: 0 6px 24px #0003 }
summary { font-weight: 600; cursor: pointer }
summary div { font-weight: 400; font-variant-numeric: tabular-nums }
footer { display: flex; gap: 12px; align-items: center; justify-content: space-between; margin-top: 10px }
button { font: inherit; color: inherit; background: none; border: 1px solid currentColor; border-radius: 6px;
  padding: 4px 10px; cursor: pointer; white-space: nowrap }
p, ul { margin: 6px 0 0; padding: 0; list-style: none }
li { margin-top: 6px }
b { font-variant-numeric: tabular-nums; color: light-dark(#7a2a5c, #e6a3cc) }
small { font-size: 12px; display: block; color: light-dark(#6a6457, #b0a99b); overflow-wrap: anywhere }
.note { color: light-dark(#8a4b00, #f0b860) }`
const host = document.createElement('div')
host.setAttribute('data-ripeline-ignore', '')
const root = host.attachShadow({ mode: 'closed' })
// A page's policy may forbid style elements; a sheet made in script is none.
const style = new CSSStyleSheet()
style.replaceSync(sheet)
root.adoptedStyleSheets = [style]

const made = (name, text, ...children) => {
  const element = document.createElement(name)
  if (text) element.textContent = text
  element.append(...children)
  return element
}
const noted = (text) => Object.assign(made('p', text), { className: 'note' })
let words = {}
let isOpen = true
const button = made('button')
button.onclick = end

const lineOf = ({ rules, what }) => {
  const line = made('li')
  for (const { points, label, why } of rules) {
    const row = made('div', '', made(points == '0' ? 'span' : 'b', points), ` ${label}`)
    if (why) row.append(` (${why})`)
    line.append(row)
  }
  line.append(made('small', what))
  return line
}
const draw = (answer) => {
  words = answer.words
  button.textContent = words.end
  const lines = answer.lines.slice(-6).reverse()
  const status = lines.length ? [] : [noted(silence())]
  const fold = made(
    'details',
    '',
    made('summary', words.title, ...answer.totals.map((total) => made('div', total))),
    ...answer.notes.map(noted),
    ...status,
    made('ul', '', ...lines.map(lineOf)),
    made('footer', '', made('small', words.promise), button)
  )
  // It may lie on something of the page, a banner perhaps: folded up, it lets through.
  fold.open = isOpen
  fold.ontoggle = () => (isOpen = fold.open)
  const section = made('section', '', fold)
  section.setAttribute('aria-live', 'polite')
  section.lang = answer.locale
  root.replaceChildren(section)
  if (!host.isConnected) document.documentElement.append(host)
}
/** Why the tag sends nothing, as far as can be seen from beside it. */
const silence = () => {
  if (navigator.globalPrivacyControl && option('gpc') != 'ignore') return words.gpc
  if (option('dev') == null && (navigator.webdriver || /^127\.|^\[::1]|localhost$|^$/.test(location.hostname)))
    return words.local
  if (store['ripeline.o']) return words.optout
  return (store['ripeline.c'] ?? +(option('consent') == 'granted')) == 1 ? words.none : words.consent
}

// ---- start

/** A colleague's browser: left out from now on, and told so once. */
const ignore = ({ ignored, words, locale }) => {
  const call = (name) => {
    window.ripeline?.(name)
    host.remove()
  }
  const undo = Object.assign(made('button', words.undo), { onclick: () => call('optin') })
  const close = Object.assign(made('button', words.close), { onclick: () => host.remove() })
  const section = made('section', '', made('p', ignored), made('p', '', undo, ' ', close))
  section.setAttribute('role', 'status')
  section.lang = locale
  root.replaceChildren(section)
  document.documentElement.append(host)
}

const answer = token ? await ask() : 403
if (answer.ignored) {
  forget()
  startTag((tag) => {
    // The tag itself forgets who this was, and asks the server to.
    tag.onload = () => {
      window.ripeline?.('optout')
      ignore(answer)
    }
  })
} else if (answer.lines) {
  window.fetch = (target, options) =>
    target == api && options?.body ? take(options.body) : soonest.call(window, target, options)
  const remember = () => {
    try {
      store[TOKEN] = token
    } catch {}
  }
  // Also when the page is left before the tag has loaded.
  addEventListener('pagehide', remember, true)
  draw(answer)
  startTag((tag) => {
    tag.dataset.api = api
    tag.onload = tag.onerror = remember
  })
} else {
  // Too old, or none at all; where the server could not be asked, the test goes on with the next page.
  if (answer == 403) forget()
  startTag((tag) => {
    if (answer != 403) tag.onload = () => (store[TOKEN] = token)
  })
}
