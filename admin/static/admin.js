// What a keyboard and a phone gain by a script; every page works without it.
'use strict';

const rows = () => [...document.querySelectorAll('a.row')];

function move(step) {
  const all = rows();
  const now = all.indexOf(document.activeElement);
  const next = all[now < 0 ? (step > 0 ? 0 : all.length - 1) : now + step];
  if (next) {
    next.focus();
    next.scrollIntoView({ block: 'nearest' });
  }
}

const keys = {
  '/': () => {
    const search = document.getElementById('q');
    if (search) search.select();
    else location.assign('/leads#q');
  },
  j: () => move(1),
  k: () => move(-1),
  '?': () => document.getElementById('keys')?.showModal(),
};

document.addEventListener('keydown', (event) => {
  const typing = event.target.closest('input, textarea, select, dialog');
  if (typing || event.ctrlKey || event.metaKey || event.altKey || !Object.hasOwn(keys, event.key)) return;
  event.preventDefault();
  keys[event.key]();
});

// Whose days these will be: the rule file of a new server begins them at this browser's midnight.
document.querySelectorAll('[data-zone]').forEach((field) => {
  field.value = Intl.DateTimeFormat().resolvedOptions().timeZone || '';
});

// The list came from another page's "/": go on typing.
if (location.hash === '#q') document.getElementById('q')?.focus();

// On a phone only the newest session is open at first.
if (matchMedia('(max-width: 34rem)').matches) {
  document.querySelectorAll('details.session').forEach((session, place) => {
    session.open = place === 0;
  });
}

// A list of filters closes when the eye goes elsewhere.
document.addEventListener('click', (event) => {
  document.querySelectorAll('details.more[open]').forEach((open) => {
    if (!open.contains(event.target)) open.open = false;
  });
});

document.querySelectorAll('[data-copy]').forEach((button) => {
  button.hidden = false;
  button.addEventListener('click', async () => {
    const text = document.getElementById(button.dataset.copy);
    getSelection().selectAllChildren(text);
    // Without https browsers keep the clipboard to themselves: the selection is then ready for Ctrl+C.
    await navigator.clipboard?.writeText(text.textContent);
    if (navigator.clipboard) button.textContent = button.dataset.done;
  });
});

function watch(place) {
  let shown = '';
  const timer = setInterval(async () => {
    if (document.hidden) return;
    try {
      const answer = await fetch(place.dataset.poll, { redirect: 'error' });
      if (answer.status !== 200) return;
      const text = await answer.text();
      // A screen reader says what changes: nothing is put there twice, nor under a button about to be pressed.
      if (text !== shown && !place.contains(document.activeElement)) place.innerHTML = shown = text;
      if (!place.querySelector('[data-again]')) clearInterval(timer);
    } catch {
      // The server is away for a moment; the next second asks again.
    }
  }, 1000);
}

document.querySelectorAll('[data-poll]').forEach(watch);

// A form marked so is sent without leaving the page: what comes back replaces the content, the eye stays where it was.
async function put(answer) {
  const next = new DOMParser().parseFromString(await answer.text(), 'text/html');
  const main = next.getElementById('main');
  if (!main) return location.assign(answer.url);
  document.getElementById('main').replaceWith(main);
  document.title = next.title;
  if (answer.url !== location.href) history.replaceState(null, '', answer.url);
  document.dispatchEvent(new Event('shown'));
}

document.addEventListener('submit', async (event) => {
  const form = event.target.closest('form[data-here]');
  if (!form || event.defaultPrevented) return;
  event.preventDefault();
  const body = new URLSearchParams(new FormData(form, event.submitter));
  const spot = document.activeElement?.id;
  try {
    const answer = await fetch(form.action, { method: 'POST', body });
    await put(answer);
    (document.getElementById(spot) || document.querySelector('.said button'))?.focus({ preventScroll: true });
  } catch {
    form.submit();
  }
});
