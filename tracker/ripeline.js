/*
 * Ripeline's tracker: what visitors do on a site, told to the site's own Ripeline server.
 *
 * It never delays, prevents or changes anything of the page, stores and sends nothing before consent,
 * and keeps what could not be sent for the next page. README.md beside this file says what it records.
 * `npm run build` makes dist/t.js of it. Each visitor pays for each byte of that, which explains some turns of phrase.
 */
try {
  const tag = document.currentScript
  const early = window.ripeline
  if (early?.on) throw 0 // pasted twice: the first one counts

  // ---- options: attributes of the tag, or parameters of its address (tag managers strip attributes)

  const source = new URL(tag.src)
  const option = (name) => tag.getAttribute('data-' + name) ?? source.searchParams.get(name)
  const site = option('site') ?? option('s')
  const endpoint = option('api') || source.origin + '/e'
  const isGranted = option('consent') == 'granted'
  const isAutomatic = option('auto') != 'false'
  const isDeveloping = option('dev') != null
  const hasHashPages = option('hash') != null
  const moreFiles = option('files') || ''

  const now = () => Date.now()

  // ---- who is left out

  let silence =
    navigator.globalPrivacyControl && option('gpc') != 'ignore'
      ? 'GPC'
      : !isDeveloping &&
        (/^127\.|^\[::1]|localhost$|^$/.test(location.hostname) ? 'localhost' : navigator.webdriver && 'driven browser')
  if (silence) console.info('ripeline: off, ' + silence)

  // ---- storage: c consent, o opted out, v visitor, q events to send again

  let store = {} // where the browser denies storage
  try {
    store = localStorage || store
  } catch {}
  const prefix = 'ripeline.'
  const read = (key) => store[prefix + key]
  const write = (key, value) => {
    try {
      if (value == null) delete store[prefix + key]
      else store[prefix + key] = value
    } catch {} // full
  }
  const isAllowed = () => !silence && !read('o') && (read('c') ?? +isGranted) == 1

  // ---- sending

  let queue = []
  let timer
  let underWay // the request that has no answer yet
  let isBehind = 1 // events from before may wait in the store
  let current = 0 // the page event of the page being read

  // Begins with the time, so that neighbours in time are neighbours in the server's index; ≤ 22 characters.
  const newId = () => now().toString(36) + Math.random().toString(36).slice(2)
  // Half a surrogate pair would make the body unreadable; a form called "title" hides the title of the document.
  const cut = (text) => `${text}`.slice(0, 2048).replace(/\p{Cs}/gu, '')
  const here = () => cut(hasHashPages ? location.href : location.href.split('#')[0])

  /** Resolves to the status of the answer, 503 where there was none. */
  const post = async (fields, visitor) => {
    const body = JSON.stringify({ s: site, v: visitor, t: now(), d: +isDeveloping, ...fields })
    try {
      // A text body with credentials needs no preflight. Browsers refuse keepalive bodies over 64 KB.
      return 'keepalive' in Request.prototype
        ? (await fetch(endpoint, { method: 'POST', body, credentials: 'include', keepalive: body.length < 2e4 })).status
        : navigator.sendBeacon(endpoint, body) || 503
    } catch {
      return 503
    }
  }
  const kept = () => {
    try {
      return JSON.parse(read('q'))
    } catch {
      return []
    }
  }
  /** Of these events, keep `again` for the next page and forget the others; the oldest go when it is full. */
  const keep = (events, again = events) =>
    isAllowed() &&
    write(
      'q',
      JSON.stringify(
        kept()
          .filter((event) => !events.some((other) => other.i == event.i))
          .concat(again)
          .slice(-500)
      )
    )
  const send = async (isLeaving) => {
    clearTimeout(timer)
    timer = 0
    if (!isAllowed() || !queue[0] || (underWay && !isLeaving)) return
    // Single-page sites set the title after the address.
    if (current.u == here()) current.h = cut(document.title)
    const events = queue.slice(0, 30)
    queue = queue.slice(30)
    const visitor = read('v') || newId()
    write('v', visitor)
    underWay = post({ e: events }, visitor)
    const status = await underWay
    underWay = 0
    if (status == 403) silence = 1
    isBehind = status == 429 || status > 499
    keep(events, isBehind ? events : [])
    send()
  }
  const made = (name, fields) => ({ i: newId(), n: name, u: here(), a: now(), ...fields })
  /** Queue an event; while consent is not given the queue is all there is, and it goes with the page. */
  const add = (name, fields) => {
    const event = JSON.parse(JSON.stringify(made(name, fields))) // what cannot be sent fails here, alone
    queue.push(event)
    if (name != 'page') keep([event]) // ahead of the answer, which a page that is left never sees
    timer = timer || setTimeout(send, 150)
    return event
  }

  // ---- pages and the time spent on them

  let shown // ms the current page was visible
  let shownSince // ms since 1970, or 0 while hidden
  let depth // the lowest line seen, in pixels
  let isWaiting // a page nobody has seen yet: prerendered, or opened in another tab

  const look = () => {
    if (shownSince) shown += now() - shownSince
    shownSince = document.hidden ? 0 : now()
  }
  const scrolled = () => {
    depth = Math.max(depth, scrollY + innerHeight)
  }
  /** A hidden page may be killed without another word: its time is kept, and sent when the page really goes. */
  const tellTime = (isGone) => {
    if (!current) return
    look()
    const event = made('engagement', {
      i: current.i + 'e',
      u: current.u,
      k: current.i,
      p: { ms: shown, scroll: Math.min(100, ((depth / document.documentElement.scrollHeight) * 100) | 0) },
    })
    keep([event], isGone ? [] : [event])
    if (isGone) queue.push(event)
  }
  const countPage = () => {
    isWaiting = document.hidden
    if (isWaiting) return
    tellTime(1)
    if (isAllowed() && isBehind) queue = kept().concat(queue)
    isBehind = 0
    shown = depth = shownSince = 0
    look()
    scrolled()
    current = add('page', { r: cut(current.u || document.referrer), h: cut(document.title) })
  }
  const step = () => {
    if (isAutomatic && current && current.u != here()) countPage()
  }

  // ---- links

  const files = RegExp(
    '\\.((doc|xls|ppt)[xm]?|pdf|pps|od[pst]|rtf|csv|txt|epub|zip|rar|7z|t?gz|dmg|exe|' +
      `mp[34]|m4[av]|wav|avi|mov|wmv|webm|mkv|${moreFiles.replace(/\W+/g, '|')})$`,
    'i'
  )
  const ignored = '[data-ripeline-ignore]'
  const custom = 'data-ripeline-event'
  const addCustom = (element) => {
    const props = {}
    for (const { name, value } of element.attributes)
      if (/^data-ripeline-p-/.test(name)) props[name.slice(16)] = value
    add(element.getAttribute(custom), { p: props })
  }
  const clicked = (event, path = event.composedPath()) => {
    const elements = path.filter((node) => node.matches)
    const closest = (selector) => elements.find((element) => element.matches(selector))
    const link = closest('a,area')
    const marked = closest(`[${custom}]:not(form)`)
    if (!isAllowed() || event.button > 1 || closest(ignored)) return // the right button opens nothing
    if (marked) addCustom(marked)
    if (!link || !isAutomatic) return
    const name = link.getAttribute('download')
    let url = new URL(link.href.baseVal ?? link.href, document.baseURI) // svg links have a baseVal
    if (/^(blob|data):/.test(url)) url = new URL(name, here()) // as if it were a file beside the page
    const kind =
      name != null || files.test(url.pathname)
        ? 'download'
        : /^(http|mailto:|tel:)/.test(url) && url.hostname != location.hostname && 'click'
    if (kind) add(kind, { u: cut(url.href), r: here() })
  }

  // ---- forms

  const secretWords =
    /(^|[^a-z])(pass(word|wd|code|e)?|pwd|pin|mdp|secret|token|otp|one.time.code|card|carte|cc|cvc|cvv|iban|rib|ssn|nir|nss|s.cu(rit.)?)s?([^a-z]|$)/
  const passwords = new WeakSet() // fields that were one once: "show password" changes their type
  /** Luhn's check. */
  const isCard = (digits) =>
    [...digits].reduce((sum, digit, i) => sum + ((digits.length - i) % 2 ? +digit : digit * 2 - 9 * (digit > 4)), 0) %
      10 ==
    0
  /** An IBAN, a card or a French social security number, spaces and dashes aside. The server looks closer. */
  const isPrivate = (text, about) => {
    const bare = text.replace(/[\s.-]/g, '')
    return (
      /^[A-Z]{2}\d\d[A-Z\d]{11,30}$/.test(bare) ||
      // SIRETs and some telephone numbers pass Luhn's check too.
      (!/sire[nt]|phone|mobile|portable|(\b|_)t.l/.test(about) &&
        (bare.match(/\d{13,19}/g)?.some(isCard) || /^[1-478]\d{4}(\d\d|2[AB])\d{8}$/.test(bare)))
    )
  }
  const fieldsOf = (form) => {
    const p = {}
    const f = {}
    let room = 50
    for (const field of form.elements) {
      const name = (field.name || field.id).slice(-64) // the server's limits: 64 characters, 50 fields
      const about = `${field.name} ${field.id} ${field.autocomplete} ${field.type}`
        .replace(/([a-z])([A-Z])/g, '$1 $2')
        .toLowerCase()
      if (
        name &&
        field.value &&
        !/^(file|hid|sub|but|res|ima)/.test(field.type) && // … den, mit, ton, et, ge
        (field.checked || !/checkbox|radio/.test(field.type)) &&
        !passwords.has(field) &&
        !field.closest(ignored) &&
        !secretWords.test(about) &&
        !isPrivate(field.value, about) &&
        room-- > 0
      ) {
        p[name] = cut(p[name] ? p[name] + ', ' + field.value : field.value)
        f[name] = /[^onf]/.test(field.autocomplete) ? field.autocomplete : field.type // neither "on" nor "off"
      }
    }
    return { p, f }
  }
  let lastForm
  let lastFormAt = 0
  const submitted = (form, patience) => {
    if (!isAllowed() || form.closest(ignored)) return
    if (form.matches(`[${custom}]`)) addCustom(form)
    if (!isAutomatic) return
    const get = (name) => form.getAttribute(name) // a field called "id" or "action" hides form.id and form.action
    const action = get('action')
    const fields = {
      k: get('id') || get('name') || (action ? new URL(action, document.baseURI).pathname : ''),
      ...fieldsOf(form),
    }
    // A double click, or a page that checks first and then calls form.submit(), is one submit.
    const same = JSON.stringify(fields)
    if (same != lastForm || now() - lastFormAt > patience) add('form', fields)
    lastForm = same
    lastFormAt = now()
  }

  // ---- what the site may call

  const forget = async () => {
    const visitor = read('v')
    queue = []
    current = 0
    write('v')
    write('q')
    await underWay // its answer would set the cookie again
    if (visitor) post({ c: 0, e: [] }, visitor)
  }
  const resume = () => {
    if (isAutomatic && !current) countPage()
    send()
  }
  const calls = {
    event: (name, p) => add(name, { p }),
    identify: (email, traits) =>
      /^\S+@\S+\.\S+$/.test(email) && add('identify', { p: { ...traits, email } }),
    page: countPage,
    consent: (isGiven) => {
      write('c', isGiven ? 1 : isGranted ? 0 : null)
      if (isGiven) resume()
      else forget()
    },
    optout: () => {
      write('o', 1)
      forget()
    },
    optin: () => {
      write('o')
      resume()
    },
  }

  // ---- start

  /** The page must never see an error of ours. */
  const guard =
    (work) =>
    (...args) => {
      try {
        work(...args)
      } catch {}
    }
  /** Have a look at what a method is called on before it does its work. */
  const wrap = (owner, name, look) => {
    const original = owner[name]
    owner[name] = function (...args) {
      guard(look)(this)
      return original.apply(this, args)
    }
  }
  const events = {
    popstate: step,
    pageshow: (event) => event.persisted && isAutomatic && countPage(),
    pagehide: () => {
      tellTime(1)
      current = 0
      send(1)
    },
    visibilitychange: () => {
      look()
      if (isWaiting) countPage()
      else if (document.hidden) {
        tellTime()
        send(1)
      }
    },
    scroll: scrolled,
    click: (event) => {
      events.focusin(event)
      clicked(event)
    },
    auxclick: clicked,
    focusin: (event) => {
      for (const node of event.composedPath()) {
        if (node.type == 'password') passwords.add(node)
        // A submit event never leaves its shadow root, so we go and listen inside.
        if (node.nodeType == 11) node.addEventListener('submit', listener, true)
      }
    },
    submit: (event) => submitted(event.target, 3e3),
  }
  const listener = guard((event) => events[event.type](event))

  window.ripeline = guard((name, ...args) => silence || calls[name](...args))
  window.ripeline.on = 1
  if (!silence) {
    const soon = () => setTimeout(guard(step)) // the address is still the old one
    wrap(history, 'pushState', soon)
    wrap(history, 'replaceState', soon)
    wrap(HTMLFormElement.prototype, 'submit', (form) => submitted(form, 6e4))
    // A link made in script and clicked without ever being in the page.
    wrap(HTMLElement.prototype, 'click', (element) => element.isConnected || clicked({}, [element]))
    for (const type in events) addEventListener(type, listener, true)
    if (isAutomatic) countPage()
    for (const args of early?.q || []) window.ripeline(...args)
  }
} catch {}
