import { html } from 'hono/html';

type Html = ReturnType<typeof html>;

const STYLE =
  'body{font:16px/1.5 system-ui,sans-serif;max-width:24rem;margin:20vh auto;padding:0 1rem}' +
  'button,input{font:inherit;padding:.5rem 1rem}input{width:100%;box-sizing:border-box;margin:.5rem 0}';

/** The page behind a link: it shows a button and does nothing by itself, because mail scanners open pages and press none. */
export function confirmPage(secret: string): Html {
  return page(
    'Sign in',
    html`<form method="post" action="/sign-in">
      <input type="hidden" name="token" value="${secret}" />
      <button autofocus>Sign in to Mailroom</button>
    </form>`,
  );
}

/** The page that asks for an address; `note` says what came of the last try. */
export function askPage(note: string): Html {
  return page(
    'Sign in',
    html`<p role="status">${note}</p>
      <form method="post" action="/sign-in">
        <label
          >Your e-mail address <input type="email" name="email" required autofocus maxlength="320"
        /></label>
        <button>Send me a link</button>
      </form>`,
  );
}

function page(title: string, body: Html): Html {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <meta name="robots" content="noindex" />
        <title>Mailroom: ${title}</title>
        <style>
          ${STYLE}
        </style>
      </head>
      <body>
        <h1>Mailroom</h1>
        ${body}
      </body>
    </html>`;
}
