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
  const endpoint = option('api') || source.origin + '/e'
  const isGranted = option('consent') == 'granted'
  const isAutomatic = option('auto') != 'false'
  const isDeveloping = option('dev') != null || undefined
  const fragment = option('hash') == null ? '#' : ' ' // where the address of a page ends; there are no spaces in one

  const now = Date.now

  // ---- who is left out

  let silence =
    navigator.globalPrivacyControl && option('gpc') != 'ignore'
      ? 'GPC'
      : !isDeveloping &&
        (/^127\.|^\[::1|localhost$|^$/.test(location.hostname) ? 'localhost' : navigator.webdriver && 'webdriver')
  if (silence) console.info('ripeline: off, ' + silence)

  // ---- storage: c consent, o opted out, v visitor, q events to send again

  let store = {} // where the browser denies storage
  try {
    store = localStorage || store
  } catch {}
  const read = (key) => store['ripeline.' + key]
  const write = (key, value) => {
    try {
      if (value == null) delete store['ripeline.' + key]
      else store['ripeline.' + key] = value
    } catch {} // full
  }
  // The answer where none is stored: a yes that another tab takes away was a no.
  let otherwise = isGranted || (read('c') && 0)
  /** 1 is yes, 0 is no; NaN until somebody has said. */
  const isAllowed = () => +(silence || read('o') ? 0 : read('c') ?? otherwise)

  // Test mode: a signed link opened this page. The corner starts the tag again, with another place to send to.
  if (read('t') || /#ripeline-/.test(location)) throw import(new URL('?test', source))

  // ---- sending

  let timer
  let underWay // a request that has no answer yet
  let current = 0 // the page event of the page being read
  let held // a form whose maker has still to say that it went through
  let withdrawn // the visitor the server has to forget

  // Begins with the time, so that neighbours in time are neighbours in the server's index; ≤ 22 characters.
  const newId = () => now().toString(36) + Math.random().toString(36).slice(2)
  // A form called "title" hides the title of the document.
  const cut = (text) => `${text}`.slice(0, 2048)
  const here = () => cut(location.href.split(fragment)[0])

  const kept = () => {
    try {
      return JSON.parse((isAllowed() && read('q')) || '[]') // the first throw in a page costs a millisecond
    } catch {
      return []
    }
  }
  /** Of these events, keep `again` for the next page and forget the others; the oldest go when it is full. */
  const keep = (events, again = events) => {
    events = kept()
      .filter((event) => events.every((other) => other.i != event.i))
      .concat(again)
      .slice(-500)
    events.toJSON = 0 // an old Prototype.js would write arrays as text
    isAllowed() && write('q', JSON.stringify(events))
  }
  let queue = kept()
  const send = async (isLeaving) => {
    timer = 0
    watch(window)
    if ((underWay && !isLeaving) || !(withdrawn || (!isWaiting && isAllowed() && queue[0]))) return
    // Single-page sites set the title after the address.
    if (current.u == here()) current.h = cut(document.title)
    // As many as fit, and fewer than the 100 the server takes at once.
    let size = 0
    const events = queue.filter((event) => !withdrawn && size < 15e3 && (size += JSON.stringify(event).length + 150))
    queue = queue.slice(events.length)
    const visitor = withdrawn || read('v') || newId()
    if (!withdrawn) write('v', visitor)
    events.toJSON = 0
    const body = JSON.stringify({
      s: option('site') ?? option('s'),
      v: visitor,
      t: now(),
      x: option('files'), // more file types
      d: isDeveloping,
      e: events,
      c: withdrawn && 0,
    })
    let status // nothing where there was no answer
    withdrawn = undefined
    underWay = 1
    try {
      // A text body with credentials needs no preflight. Browsers refuse keepalive bodies over 64 KB; a character is up
      // to three bytes.
      status =
        'keepalive' in Request.prototype
          ? (await fetch(endpoint, { method: 'POST', body, credentials: 'include', keepalive: size < 2e4 })).status
          : navigator.sendBeacon(endpoint, body)
    } catch {}
    underWay = 0
    if (status == 403) silence = 1
    // Not after a no: another visitor would tell what this one took back.
    if (read('v') == visitor) {
      // What failed waits for the next event, or the next page.
      if (!status || /429|5../.test(status)) return keep((queue = events.concat(queue)))
      keep(events, [])
    }
    // Not at once: while an answer is read its request still counts towards the 64 KB.
    timer ||= setTimeout(send, 150)
  }
  const made = (name, fields) => ({ i: newId(), n: name, u: here(), a: now(), ...fields })
  /** After a no nothing is left of what was done before it, and nothing is taken in. */
  const heed = () => {
    if (isAllowed() != 0) return 1
    queue = []
    return (current = held = 0)
  }
  /** Queue an event; until somebody has said the queue is all there is, and it goes with the page. */
  const add = (name, fields) => {
    if (!heed()) return 0
    const event = JSON.parse(JSON.stringify(made(name, fields))) // what cannot be sent fails here, alone
    queue.push(event)
    if (name != 'page') keep([event]) // ahead of the answer, which a page that is left never sees
    timer ||= setTimeout(send, 150)
    return event
  }

  // ---- pages and the time spent on them

  let shown // ms the current page was visible
  let shownSince // ms since 1970, or 0 while hidden
  let depth // the lowest line seen, in pixels
  let isWaiting // a page nobody has seen yet: prerendered, or opened in another tab

  const scrolled = () => {
    depth = Math.max(depth, scrollY + innerHeight)
  }
  /** A hidden page may be killed without another word: its time is kept, and sent when the page really goes. */
  const tellTime = (isGone) => {
    if (!current) return
    scrolled() // not before: while a page loads, it would be laid out for this alone
    if (shownSince) shown += now() - shownSince
    shownSince = document.hidden ? 0 : now()
    const event = made('engagement', {
      i: current.i + 'e',
      u: current.u,
      k: current.i,
      p: { ms: shown, scroll: ((depth / document.documentElement.scrollHeight) * 100) | 0 },
    })
    if (isGone) queue.push(event)
    else keep([event])
  }
  const countPage = () => {
    isWaiting = document.hidden
    if (isWaiting) return
    tellTime(1)
    shown = depth = 0
    shownSince = now()
    current = add('page', { r: cut(current.u || document.referrer), h: cut(document.title) })
  }
  /** There is a new page when the address has changed, or when there is none: at first, and after it was left. */
  const step = () => {
    if (isAutomatic && current.u != here()) countPage()
  }

  // ---- links

  const ignored = '[data-ripeline-ignore]'
  const addCustom = (element) => {
    const props = {}
    for (const { name, value } of element.attributes)
      if (/^data-ripeline-p-/.test(name)) props[name.slice(16)] = value
    add(element.getAttribute('data-ripeline-event'), { p: props })
  }
  const clicked = (event, path = event.composedPath()) => {
    path.map((node) => node.nodeType < 11 || watch(node)) // the window and shadow roots
    const closest = (selector) => path.find((node) => node.matches?.(selector))
    const link = closest(':any-link')
    if (!isAllowed() || event.button > 1 || closest(ignored)) return // the right button opens nothing
    const marked = closest('[data-ripeline-event]:not(form)')
    if (marked) addCustom(marked)
    if (!link || !isAutomatic) return
    const name = link.getAttribute('download')
    let url = new URL(link.href.baseVal ?? link, document.baseURI) // svg links have a baseVal
    if (name && !url.host) url = new URL(name, here()) // made by the page: as if it were a file beside it
    // Which endings are those of files is the server's to say; .html, .php and their like have an h.
    if (
      name != null ||
      (/^(ht|ma|tel:)/.test(url) && (url.host != location.host || /\.[^h/]+$/.test(url.pathname)))
    )
      add(name == null ? 'click' : 'download', { u: cut(url), r: here() })
  }

  // ---- forms

  const secretWords =
    /^ (fi|hi|su|b|re|im)|[^a-z](pass(word|wd|code|e)?|pwd|pin|mdp|secret|token|otp|time.code|card|carte|cc|cv[cv]|iban|rib|ssn|nir|nss|s.cu(rit.)?)s?[^a-z]/
  const passwords = new WeakSet() // fields that were one once: "show password" changes their type
  /** Luhn's check. */
  const isCard = (digits) =>
    [...digits].reduce((sum, digit, i) => sum + ((digits.length - i) % 2 ? +digit : (digit * 2) % 9 || +digit), 0) %
      10 <
    1
  // These refuse after the submit: what was read then waits for their word.
  const builders = /wpcf7-|wpforms-ajax|elementor-form|hs-form|gform_/
  const succeeded = () => {
    if (held) add('form', held)
    held = 0
  }
  let lastForm
  let lastFormAt = 0
  const submitted = (form, patience) => {
    if (!isAllowed() || form.closest(ignored)) return
    const get = (name) => form.getAttribute(name) // a field called "id" or "action" hides form.id and form.action
    const p = {}
    const f = {}
    let room = 50
    for (const field of form.elements) {
      const { name, id, type, value, autocomplete } = field
      const key = (name || id).slice(-64) // the server's limits: 64 characters, 50 fields
      const about = ` ${type} ${name} ${id} ${autocomplete} `.replace(/[A-Z]+/g, ' $&').toLowerCase()
      const bare = `${value}`.replace(/[\s.-]/g, '')
      if (
        key &&
        value &&
        (field.checked || !/^ (ch|rad)/.test(about)) && // … eckbox, io
        !passwords.has(field) &&
        !field.closest(ignored) &&
        !secretWords.test(about) &&
        // A card (also with more digits behind it), an IBAN or a French social security number; the server looks closer.
        // SIRETs and some telephone numbers pass Luhn's check too.
        (/sire[nt]|phone|[^a-z]t.l/.test(about) ||
          !(
            bare.match(/\d{13,19}/g)?.some(isCard) ||
            bare.match(/\d{16}/g)?.some(isCard) ||
            /^([A-Z]{2}\d\d[A-Z\d]{11,30}|\d{5}(\d\d|2[AB])\d{8})$/.test(bare)
          )) &&
        room-- > 0
      ) {
        p[key] = cut(p[key] ? p[key] + ', ' + value : value)
        f[key] = type + ' ' + autocomplete
      }
    }
    const fields = {
      k: get('id') || get('name') || (get('action') && new URL(get('action'), document.baseURI).pathname),
      p,
      f,
    }
    // A double click, or a page that checks first and then calls form.submit(), is one submit.
    const same = JSON.stringify(fields)
    if (same != lastForm || now() - lastFormAt > patience) {
      if (get('data-ripeline-event')) addCustom(form)
      if (builders.test(get('class') + get('target'))) held = fields
      else if (isAutomatic) add('form', fields)
    }
    lastForm = same
    lastFormAt = now()
  }

  // ---- what the site may call

  const decide = (key, value, isIn) => {
    otherwise = isIn ? isGranted : 0
    if (!isIn) {
      withdrawn ||= read('v')
      write('v')
      write('q')
    }
    write(key, value) // last: a full storage has room for it now
    heed() && step()
    send()
  }
  const calls = {
    event: (name, p) => add(name, { p }),
    identify: (email, traits) =>
      /^\S+@\S+\.\S+$/.test(email) && add('identify', { p: { ...traits, email } }),
    page: countPage,
    consent: (isGiven) => decide('c', isGiven ? 1 : isGranted ? 0 : null, isGiven),
    optout: () => decide('o', 1),
    optin: () => decide('o', null, 1),
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
    pageshow: step,
    pagehide: () => {
      tellTime(1)
      current = 0
      send(1)
    },
    visibilitychange: () => {
      if (isWaiting) countPage()
      tellTime()
      send(1)
    },
    storage: heed, // another tab may say no
    scroll: scrolled,
    click: clicked,
    auxclick: clicked,
    message: (event) => event.data.eventName == 'onFormSubmitted' && succeeded(), // HubSpot
    wpcf7mailsent: succeeded,
    wpformsAjaxSubmitSuccess: succeeded,
    gform_confirmation_loaded: succeeded,
    submit_success: succeeded, // Elementor
    // A frame with a tag of its own counts its forms itself.
    submit: (event) => (event.currentTarget.ripeline || call) == call && submitted(event.target, 3e3),
  }
  const listener = guard((event) => events[event.type](event))

  /** Passwords and forms in this window or shadow root, which no submit event ever leaves, and in its frames. */
  const watch = guard((root) => {
    root.addEventListener('submit', listener, true)
    for (const node of (root.document || root).querySelectorAll('iframe,[type=password]')) {
      passwords.add(node)
      watch(node.contentWindow || node) // nothing is in a password, and no field is a frame
    }
  })

  const call = (window.ripeline = guard((name, ...args) => silence || calls[name](...args)))
  call.on = 1
  if (!silence) {
    const soon = () => setTimeout(guard(step)) // the address is still the old one
    wrap(history, 'pushState', soon)
    wrap(history, 'replaceState', soon)
    wrap(HTMLFormElement.prototype, 'submit', (form) => submitted(form, 6e4))
    // A link made in script and clicked without ever being in the page.
    for (const name of ['click', 'dispatchEvent'])
      wrap(HTMLElement.prototype, name, (element) => element.isConnected || clicked({}, [element]))
    for (const type in events) {
      addEventListener(type, listener, true)
      // jQuery's events are no real ones, but find this, as the browser's find window.onclick.
      if (!('on' + type in window)) window['on' + type] = listener
    }
    document.addEventListener('load', () => watch(window), true)
    step()
    early?.q?.forEach((args) => call(...args))
    setTimeout(send, 150) // what waited in the store
  }
} catch {}
