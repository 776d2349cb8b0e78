// What the modules share: the page as it stands, and HTML of ours made into nodes.

/** @type {{ createHTML: (html: string) => string }} */
const policy =
  'trustedTypes' in window
    ? /** @type {any} */ (window).trustedTypes.createPolicy('mailroom', {
        createHTML: (/** @type {string} */ html) => html,
      })
    : { createHTML: (html) => html };

/** A page of our own, as the server has escaped it, as a document. @param {string} html */
export function parsePage(html) {
  return new DOMParser().parseFromString(policy.createHTML(html), 'text/html');
}

/** The address of a path of the desk: this file is served at `assets/…/page.js` below wherever the desk stands. @param {string} path */
export function at(path) {
  return new URL(`../..${path}`, import.meta.url).href;
}

/** Whether somebody writes in it. @param {EventTarget | null} target */
export function isWriting(target) {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target instanceof HTMLTextAreaElement) return true;
  if (target instanceof HTMLSelectElement) return true;
  return (
    target instanceof HTMLInputElement && !['checkbox', 'radio', 'button', 'submit'].includes(target.type)
  );
}

/** Whether somebody writes in it, or has written or chosen there what was not sent. @param {Element} region */
export function isWrittenIn(region) {
  const fields = region.querySelectorAll('input:not([type=checkbox]), textarea, select');
  return [...fields].some((field) => field === document.activeElement || isChanged(field));
}

/** @param {any} field */
function isChanged(field) {
  if (field instanceof HTMLSelectElement)
    return field.selectedIndex > 0 && !field.options[field.selectedIndex]?.defaultSelected;
  if (field.type === 'radio') return field.checked !== field.defaultChecked;
  return field.value !== field.defaultValue;
}

/** @param {Element} element */
export function isShown(element) {
  return element.checkVisibility({ visibilityProperty: true });
}

/** Tells people who do not see the page. @param {string} text */
export function tell(text) {
  const place = document.querySelector('[data-told]');
  if (place !== null) place.textContent = text;
}
