// The rules: an editor that knows its lines and keys, and a page that goes on by itself while something is being made.
'use strict';

const editorHere = () => document.getElementById('editor');
const isTyped = () => Boolean(editorHere()) && editorHere().value !== editorHere().defaultValue;
const hint = (text) => (document.querySelector('.complete').textContent = text);

// A link to a line opens the editor there.
document.addEventListener('click', (event) => {
  const link = event.target.closest('[data-line]'), editor = editorHere();
  if (!link || !editor) return;
  event.preventDefault();
  editor.closest('details').open = true;
  const lines = editor.value.split('\n'), line = Math.min(Number(link.dataset.line) || 1, lines.length);
  const at = lines.slice(0, line - 1).reduce((sum, each) => sum + each.length + 1, 0);
  editor.focus();
  editor.setSelectionRange(at, at + lines[line - 1].length);
  editor.scrollTop = (line - 5) * parseFloat(getComputedStyle(editor).lineHeight);
  editor.scrollIntoView({ block: 'nearest' });
});

// A key stands at the beginning of a line, or behind a brace or a comma; not in a text.
function completions(editor) {
  const before = editor.value.slice(0, editor.selectionStart);
  const line = before.slice(before.lastIndexOf('\n') + 1);
  const word = /[a-z_.]+$/.exec(line)?.[0] || '';
  const place = line.slice(0, line.length - word.length);
  if (!word || !/(^|[{,]\s*)$/.test(place) || (place.match(/"/g) || []).length % 2) return { word, found: [] };
  return { word, found: editor.dataset.keys.split(' ').filter((key) => key.startsWith(word) && key !== word).slice(0, 6) };
}

document.addEventListener('input', ({ target }) => {
  if (target.id !== 'editor') return;
  const { found } = completions(target);
  hint(found.length ? `Tab ↹ ${found.join(' · ')}` : '');
});

document.addEventListener('keydown', (event) => {
  const { target } = event;
  if (target.id !== 'editor' || event.key !== 'Tab' || event.shiftKey || event.altKey || event.ctrlKey) return;
  const { word, found } = completions(target);
  if (!found.length) return;
  event.preventDefault();
  // Not setRangeText: this can be undone with Ctrl+Z.
  target.setSelectionRange(target.selectionStart - word.length, target.selectionStart);
  document.execCommand('insertText', false, `${found[0]} = `);
});

// What was typed and not checked yet is not lost to another button.
document.addEventListener('submit', (event) => {
  if (!isTyped() || !event.target.closest('main') || event.target.contains(editorHere())) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  editorHere().closest('details').open = true;
  editorHere().focus();
  hint(document.querySelector('.complete').dataset.unchecked);
}, true);
addEventListener('beforeunload', (event) => {
  if (isTyped() && !document.querySelector('[data-here=sent]')) event.preventDefault();
});

// What one opened stays open when the content is replaced.
const unfolded = new Set();
document.addEventListener('toggle', ({ target }) => {
  if (target.id && target.matches('main details')) unfolded[target.open ? 'add' : 'delete'](target.id);
}, true);
document.addEventListener('shown', () => unfolded.forEach((id) => document.getElementById(id)?.setAttribute('open', '')));

// While scores are being made anew, or a site is read, its line goes on by itself; the whole page follows at the end,
// and not under somebody who is typing.
async function follow() {
  const spots = all('[data-poll-page]');
  if (spots.length && !document.hidden) {
    try {
      const next = await read(await fetch(location.href, { redirect: 'error' }));
      const there = (spot) => next.querySelector(`[data-poll-page]#${spot.id}`);
      const typing = isTyped() || document.activeElement?.matches('main :is(input, textarea, select)');
      if (spots.every(there)) spots.forEach((spot) => spot.replaceChildren(...there(spot).childNodes));
      else if (!typing && !document.querySelector('[data-here=sent]')) {
        const over = spots.filter((spot) => !there(spot)).map((spot) => spot.dataset.over);
        renew(next);
        document.getElementById('news').textContent = over.join(' ');
      }
    } catch {
      // Signed out, or the server is away for a moment: the next look finds it.
    }
  }
  setTimeout(follow, 1000);
}
setTimeout(follow, 1000);
