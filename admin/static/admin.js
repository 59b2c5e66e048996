// What a keyboard and a phone gain by a script; every page works without it.
'use strict';

const all = (what) => [...document.querySelectorAll(what)];

// The server may be under a path of another's name; this script is in `static`.
const root = new URL('..', document.currentScript.src).pathname.slice(0, -1);
const inside = ({ pathname }) => pathname.slice(root.length);

const rows = () => all('a.row');
const rowOf = (element) => element.closest('main li, main tr')?.querySelector('a.row');

// Where in the list one was last, so that the keys go on from there when its row has gone.
let place = -1;

document.addEventListener('focusin', ({ target }) => {
  const row = rowOf(target);
  if (row) place = rows().indexOf(row);
});

function move(step) {
  const list = rows();
  // On one person's page the list is the one they were opened from.
  if (!list.length) return document.querySelector(`.around [rel=${step > 0 ? 'next' : 'prev'}]`)?.click();
  const now = list.indexOf(rowOf(document.activeElement) || document.activeElement);
  const gone = place < 0 ? (step > 0 ? 0 : list.length - 1) : Math.min(place, list.length) - (step < 0);
  const next = list[now < 0 ? gone : now + step];
  if (next) {
    next.focus();
    next.scrollIntoView({ block: 'nearest' });
  }
}

const keys = {
  '/': () => {
    const search = document.getElementById('q');
    if (search) search.select();
    else location.assign(`${root}/leads#q`);
  },
  j: () => move(1),
  k: () => move(-1),
  '?': () => document.getElementById('keys')?.showModal(),
};

document.addEventListener('keydown', (event) => {
  const typing = event.target.closest('input, textarea, select, dialog');
  if (event.key === 'Escape') all('details.more[open], details.asks[open]').forEach((open) => (open.open = false));
  if (typing || event.ctrlKey || event.metaKey || event.altKey || !Object.hasOwn(keys, event.key)) return;
  event.preventDefault();
  keys[event.key]();
});

// The list came from another page's "/": go on typing.
if (location.hash === '#q') document.getElementById('q')?.focus();

// A list of filters, or of verdicts, closes when the eye goes elsewhere.
document.addEventListener('click', (event) => {
  all('details.more[open], details.asks[open]').forEach((open) => {
    if (!open.contains(event.target)) open.open = false;
  });
});

// What opens may be below the screen.
document.addEventListener('toggle', ({ target }) => {
  if (target.open && target.matches('details.more, details.asks')) target.lastElementChild.scrollIntoView({ block: 'nearest' });
}, true);

function copies(button) {
  button.hidden = false;
  button.addEventListener('click', async () => {
    const text = document.getElementById(button.dataset.copy);
    getSelection().selectAllChildren(text);
    // Without https there is no clipboard: the selection is then ready for Ctrl+C.
    await navigator.clipboard?.writeText(text.textContent);
    if (navigator.clipboard) button.textContent = button.dataset.done;
  });
}

function watch(spot) {
  let shown = '';
  const timer = setInterval(async () => {
    if (!spot.isConnected) clearInterval(timer);
    if (document.hidden || !spot.isConnected) return;
    try {
      const answer = await fetch(spot.dataset.poll, { redirect: 'error' });
      if (answer.status !== 200) return;
      const text = await answer.text();
      // A screen reader says what changes: nothing is put there twice, nor under a button about to be pressed.
      if (text !== shown && !spot.contains(document.activeElement)) spot.innerHTML = shown = text;
      if (spot.querySelector('[data-again]')) return;
      clearInterval(timer);
      spot.removeAttribute('data-poll');
      if (spot.querySelector('[data-there]')) location.reload();
    } catch {
      // The server is away for a moment; the next second asks again.
    }
  }, 1000);
}

// What a page needs when it is opened, and each time its content was replaced.
function begin() {
  // Whose days these will be: the rule file of a new server begins them at this browser's midnight.
  all('[data-zone]').forEach((field) => {
    field.value = Intl.DateTimeFormat().resolvedOptions().timeZone || '';
  });
  // On a phone only the newest session is open at first.
  if (matchMedia('(max-width: 34rem)').matches) {
    all('details.session').forEach((session, number) => {
      session.open = number === 0;
    });
  }
  all('[data-copy]').forEach(copies);
  all('[data-poll]').forEach(watch);
}
begin();
document.addEventListener('shown', begin);

// What comes back replaces the content; the page's own styles come along where it is another page.
function put(next, address = location.href) {
  const main = next.getElementById('main');
  if (!main) return location.assign(address);
  next.querySelectorAll('link[rel=stylesheet]').forEach((link) => {
    if (!document.querySelector(`link[href="${link.getAttribute('href')}"]`)) document.head.append(link);
  });
  const open = new Map(all(folds).map((each) => [nameOf(each), each.parentNode.open]));
  document.getElementById('main').replaceWith(main);
  document.title = next.title;
  if (address !== location.href) history.replaceState(null, '', address);
  document.dispatchEvent(new Event('shown'));
  all(folds).forEach((each) => {
    if (open.has(nameOf(each))) each.parentNode.open = open.get(nameOf(each));
  });
}

const read = async (answer) => new DOMParser().parseFromString(await answer.text(), 'text/html');

// A form marked so is sent without leaving the page: the eye stays where it was.
document.addEventListener('submit', async (event) => {
  const form = event.target.closest('form[data-here]');
  if (!form || event.defaultPrevented) return;
  event.preventDefault();
  // A second press while the first is on its way would be another wish.
  if (form.dataset.here) return;
  form.dataset.here = 'sent';
  const { submitter } = event;
  const body = new URLSearchParams(new FormData(form, submitter));
  const { id: spot } = document.activeElement;
  const { top } = document.activeElement.getBoundingClientRect();
  try {
    const answer = await fetch(form.action, { method: 'POST', body });
    const next = await read(answer);
    if (!next.getElementById('main')) return keep(form, 'unsent');
    if (inside(new URL(answer.url)) === '/signin' && isFilled(form)) return keep(form, 'out');
    put(next, answer.url);
    const again = spot && document.getElementById(spot);
    if (again) scrollBy(0, again.getBoundingClientRect().top - top);
    (again || document.querySelector('.said button'))?.focus({ preventScroll: true });
  } catch {
    keep(form, 'unsent');
  }
});

// No connection, a server that is starting again, a login that has ended: what was written stays, to be sent again.
function keep(form, why) {
  form.dataset.here = '';
  document.querySelector('.said')?.remove();
  const word = Object.assign(document.createElement('div'), { className: 'said bad', role: 'alert' });
  word.append(Object.assign(document.createElement('p'), { textContent: document.getElementById('news').dataset[why] }));
  document.getElementById('main').prepend(word);
}
const isFilled = (form) => [...form.elements].some((each) => /^text/.test(each.type) && each.value);

// Live: the server says which leads changed, and the page is read again where it shows one of them.
const isLive = () => /^\/(ready|leads)(\/\d+)?$/.test(inside(location)) && !location.search.includes('as_of=');
const idOf = (path) => parseInt(path.slice('/leads/'.length), 10);
let stream, later, opened, said = '', quietUntil = 0;

function concerns(news) {
  const here = inside(location);
  if (news.all || (news.ready && here === '/ready') || (news.bands && here === '/leads')) return true;
  const shown = new Set(all(`main a[href^="${root}/leads/"]`).map((link) => idOf(inside(link))));
  return news.leads.some((id) => shown.has(id) || id === idOf(here));
}

// Nothing moves under somebody who types, reads a choice, marks a text or waits for an answer.
function isBusy() {
  const chosen = all('main details[open]:not(.session)').some((each) => !opened.has(each));
  const typing = document.activeElement?.matches('main :is(input, textarea, select)');
  return chosen || typing || !getSelection().isCollapsed || document.querySelector('dialog[open], [data-here=sent]');
}

const inList = 'a[href], button, summary';
const nameOf = (each) => each.getAttribute('href') || each.querySelector('time')?.dateTime || each.textContent;
const find = (what, name) => all(what).find((each) => nameOf(each) === name);
const folds = 'main details.session > summary';
const marks = `main a.row, main section > h2, ${folds}`;
const scores = () => all('main :is(.ripeness, .standing) strong').map((each, n) => [rowOf(each)?.href || n, each]);

// The same content, read again: focus, folds, what was said and the lines under the eye stay where they are.
function renew(next) {
  const before = new Map(scores().map(([key, each]) => [key, each.textContent]));
  const mark = all(marks).find((each) => each.getBoundingClientRect().bottom > 0);
  const [name, top] = mark ? [nameOf(mark), mark.getBoundingClientRect().top] : [];
  const focus = document.activeElement, row = rowOf(focus);
  const within = row ? row.closest('li, tr') : document.getElementById('main');
  const number = [...within.querySelectorAll(inList)].indexOf(focus);
  const word = document.querySelector('.said');
  put(next);
  if (word && !document.querySelector('.said')) document.getElementById('main').prepend(word);
  if (number >= 0) {
    const there = row ? find('main a.row', nameOf(row))?.closest('li, tr') : document.getElementById('main');
    there?.querySelectorAll(inList)[number]?.focus({ preventScroll: true });
  }
  const now = mark && find(marks, name);
  if (now) scrollBy(0, now.getBoundingClientRect().top - top);
  scores().forEach(([key, each]) => each.classList.toggle('moved', before.has(key) && before.get(key) !== each.textContent));
  tell();
}

// A screen reader hears what the page is about when that changed, and not more often than one can listen.
function tell() {
  const text = document.querySelector('main [data-say]')?.textContent.trim() || '';
  if (text && text !== said && Date.now() > quietUntil) {
    document.getElementById('news').textContent = text;
    quietUntil = Date.now() + 10000;
  }
  said = text;
}

async function refresh() {
  clearTimeout(later);
  if (!isLive() || document.hidden) return;
  if (isBusy()) return (later = setTimeout(refresh, 2000));
  try {
    const answer = await fetch(location.href, { redirect: 'error' });
    const next = answer.ok && (await read(answer));
    if (next && isBusy()) later = setTimeout(refresh, 2000);
    else if (next) renew(next);
  } catch {
    // Signed out, or the server is away: the page stays as it is.
  }
}

// Only the tab one looks at listens: a browser keeps few connections to one server.
function listen() {
  stream?.close();
  stream = null;
  if (document.hidden || !isLive()) return;
  let wasLost = false;
  stream = new EventSource(`${root}/live`);
  stream.onopen = () => wasLost && refresh();
  stream.onmessage = ({ data }) => concerns(JSON.parse(data)) && refresh();
  stream.onerror = () => {
    wasLost = true;
    if (stream.readyState === EventSource.CLOSED) setTimeout(listen, 30000);
  };
}

function look() {
  opened = new WeakSet(all('details[open]'));
  if (Boolean(stream) !== isLive()) listen();
}
document.addEventListener('shown', look);
look();
said = document.querySelector('main [data-say]')?.textContent.trim() || '';
document.addEventListener('visibilitychange', () => {
  listen();
  if (!document.hidden) refresh();
});
addEventListener('pagehide', () => stream?.close());
