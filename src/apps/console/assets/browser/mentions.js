// `@` in a note: the operators whose names begin with what follows; Enter or Tab takes one.

export function startMentions() {
  for (const area of document.querySelectorAll('textarea[data-mentions]'))
    if (area instanceof HTMLTextAreaElement) watch(area);
}

/** @param {HTMLTextAreaElement} area */
function watch(area) {
  const list = area.form?.querySelector('.mentions');
  if (!(list instanceof HTMLElement)) return;
  const all = [...list.children].filter((each) => each instanceof HTMLElement);
  let marked = 0;
  for (const [index, item] of all.entries()) item.id = `mention-${index}`;
  area.setAttribute('aria-controls', (list.id = 'mentions'));

  const begun = () =>
    /(?:^|[\s(])@([\p{L}\p{N}.'’ -]{0,60})$/u.exec(area.value.slice(0, area.selectionStart))?.[1];
  const shown = () => all.filter((each) => !each.hidden);
  const draw = () => {
    const words = begun()?.toLowerCase();
    for (const item of all) {
      const name = (item.textContent ?? '').toLowerCase();
      item.hidden = words === undefined || !(name.startsWith(words) || name.includes(` ${words}`));
      if (words === name) item.hidden = true;
    }
    list.hidden = shown().length === 0;
    mark(0);
  };
  const mark = (/** @type {number} */ to) => {
    marked = Math.max(0, Math.min(to, shown().length - 1));
    for (const item of all) item.setAttribute('aria-selected', String(item === shown()[marked]));
    if (list.hidden) area.removeAttribute('aria-activedescendant');
    else area.setAttribute('aria-activedescendant', shown()[marked]?.id ?? '');
  };
  const take = (/** @type {HTMLElement | undefined} */ item) => {
    const words = begun();
    if (item === undefined || words === undefined) return;
    const end = area.selectionStart;
    area.setRangeText(`${item.textContent} `, end - words.length, end, 'end');
    area.dispatchEvent(new Event('input', { bubbles: true }));
    area.focus();
  };

  area.addEventListener('input', draw);
  area.addEventListener('keydown', (event) => {
    if (list.hidden || event.isComposing || event.ctrlKey || event.metaKey) return;
    if (event.key === 'ArrowDown') mark(marked + 1);
    else if (event.key === 'ArrowUp') mark(marked - 1);
    else if (event.key === 'Enter' || event.key === 'Tab') take(shown()[marked]);
    else if (event.key === 'Escape') list.hidden = true;
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  list.addEventListener('mousedown', (event) => {
    event.preventDefault();
    const item = event.target instanceof Element ? event.target.closest('li') : null;
    if (item !== null) take(item);
  });
}
