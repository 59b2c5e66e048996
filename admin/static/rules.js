// The editor of the rule file: jump to the line of a mistake, and complete a key.
'use strict';

const startOf = (text, line) => text.split('\n').slice(0, line - 1).join('\n').length + (line > 1 ? 1 : 0);

document.addEventListener('click', (event) => {
  const link = event.target.closest('[data-line]');
  const editor = document.getElementById('editor');
  if (!link || !editor) return;
  event.preventDefault();
  editor.closest('details').open = true;
  const line = Number(link.dataset.line) || 1;
  const at = startOf(editor.value, line);
  editor.focus();
  editor.setSelectionRange(at, at + editor.value.slice(at).split('\n')[0].length);
  editor.scrollTop = (line - 5) * parseFloat(getComputedStyle(editor).lineHeight);
});

function completions(editor) {
  const before = editor.value.slice(0, editor.selectionStart);
  const line = before.slice(before.lastIndexOf('\n') + 1);
  const word = /[a-z_.]+$/.exec(line)?.[0] || '';
  // A key stands at the beginning of a line, or behind a brace or a comma; not in a text.
  const place = line.slice(0, line.length - word.length);
  if (!word || !/(^|[{,]\s*)$/.test(place) || (place.match(/"/g) || []).length % 2) return { word, found: [] };
  return { word, found: editor.dataset.keys.split(' ').filter((key) => key.startsWith(word) && key !== word).slice(0, 6) };
}

document.addEventListener('input', (event) => {
  if (event.target.id !== 'editor') return;
  const { found } = completions(event.target);
  document.querySelector('.complete').textContent = found.length ? `Tab ↹ ${found.join(' · ')}` : '';
});

document.addEventListener('keydown', (event) => {
  if (event.target.id !== 'editor' || event.key !== 'Tab' || event.shiftKey || event.altKey) return;
  const { word, found } = completions(event.target);
  if (!found.length) return;
  event.preventDefault();
  const at = event.target.selectionStart;
  event.target.setRangeText(`${found[0]} = `, at - word.length, at, 'end');
  event.target.dispatchEvent(new Event('input', { bubbles: true }));
});

// While scores are being made anew the page looks again by itself.
async function again() {
  if (document.querySelector('[data-poll-page]') && !document.hidden && !document.activeElement?.closest('form')) {
    try {
      put(await read(await fetch(location.href)));
    } catch {
      // The next second asks again.
    }
  }
  setTimeout(again, 1000);
}
setTimeout(again, 1000);
