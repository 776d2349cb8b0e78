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

/** @param {Element} element */
export function isShown(element) {
  return element.checkVisibility({ visibilityProperty: true });
}

/** Tells people who do not see the page. @param {string} text */
export function tell(text) {
  const place = document.querySelector('[data-told]');
  if (place !== null) place.textContent = text;
}
