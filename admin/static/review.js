// One key a verdict.
'use strict';

document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || event.target.closest('input, textarea, select, dialog')) return;
  document.querySelector(`.verdicts [data-key="${CSS.escape(event.key)}"]`)?.click();
});
