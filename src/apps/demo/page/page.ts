import { html } from 'hono/html';

export type PageFacts = {
  readonly serverUrl: string;
  readonly deskAddress: string;
  readonly operator: string;
  readonly relayEveryMs: number;
  /** The mailbox is in a tenant of Microsoft 365. */
  readonly isMicrosoft: boolean;
};

/** The page around the live parts, which `page.js` fetches; the forms stand outside of them and keep what is typed. */
export function demoPage(facts: PageFacts): ReturnType<typeof html> {
  const seconds = Math.round(facts.relayEveryMs / 100) / 10;
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>Mailroom demo</title>
        <link rel="icon" href="data:," />
        <link rel="stylesheet" href="/page.css" />
        <link rel="stylesheet" href="/page-forms.css" />
        <link rel="stylesheet" href="/page-parts.css" />
        <script src="/page.js" defer></script>
      </head>
      <body>
        <header class="top">
          <h1>Mailroom demo</h1>
          <p>
            Write as a contact here, answer as ${facts.operator} in the console. The
            server${
              facts.isMicrosoft
                ? ' and the database are the real ones; the tenant of Microsoft 365 is a stand-in'
                : ', the database and the relay script are the real ones; the Gmail account and the SMTP account are stand-ins'
            },
            and no mail leaves this machine.
          </p>
          <nav>
            <a class="narrow" href="#desk-title">To the desk</a>
            <a href="${facts.serverUrl}/docs" target="_blank" rel="noreferrer">HTTP interface</a>
            <a href="/heard" target="_blank" rel="noreferrer">What another program hears</a>
            <a href="${facts.serverUrl}/openapi.json" target="_blank" rel="noreferrer">openapi.json</a>
          </nav>
        </header>
        <p id="lost" class="alert" role="alert" hidden></p>
        <main>
          <section class="contact" aria-labelledby="contact-title">
            <h2 id="contact-title">The contact</h2>
            ${letterForm(facts.deskAddress)}
            <div class="people" data-part="people"></div>
            <h2 class="sub">Mailbox of <span id="owner"></span></h2>
            <div data-part="mailbox"></div>
          </section>
          <section class="desk" aria-labelledby="desk-title">
            <h2 id="desk-title">The desk</h2>
            <div class="card">
              <p>
                ${facts.operator} works in the console: the mail stands in the list there, is taken and
                answered.
              </p>
              <p class="actions">
                <a class="button primary" href="/console" target="console">Open the console</a>
              </p>
            </div>
            <div class="card gmail">
              <h3>${facts.deskAddress} at ${facts.isMicrosoft ? 'Microsoft 365' : 'Gmail'}</h3>
              <p class="quiet">
                ${facts.isMicrosoft ? 'The server' : 'The relay script'} looks here every ${seconds} seconds;
                at ${facts.isMicrosoft ? 'Microsoft' : 'Google'} it does every minute.
              </p>
              <div data-part="gmail"></div>
            </div>
          </section>
        </main>
      </body>
    </html>`;
}

function letterForm(deskAddress: string): ReturnType<typeof html> {
  return html`<form id="letter" class="card">
    <div class="pair">
      <label>Name <input name="name" value="Maria Lopez" autocomplete="off" /></label>
      <label>
        Address <input name="address" type="email" value="maria@example.org" required autocomplete="off" />
      </label>
    </div>
    <p id="answering" class="answering" hidden>
      <span></span>
      <button type="button" class="small" id="no-answer">Write a new email instead</button>
    </p>
    <input type="hidden" name="inReplyTo" value="" />
    <label>Subject <input name="subject" value="My parcel has not arrived" autocomplete="off" /></label>
    <label>
      Text
      <textarea name="text" rows="5">
Hello,

I ordered two weeks ago and nothing has come yet. Where is it?

Maria</textarea>
    </label>
    <label class="file">Attachments <input type="file" name="attachments" multiple /></label>
    <label class="check">
      <input type="checkbox" name="forged" value="yes" />
      <span>
        Pretend to be somebody else who writes under this name
        <small>Gmail cannot verify the sender: the email joins nobody's request and gets no notice.</small>
      </span>
    </label>
    <p class="alert" role="alert" hidden></p>
    <div class="actions">
      <button class="primary">Send to ${deskAddress}</button>
      <output></output>
    </div>
  </form>`;
}
