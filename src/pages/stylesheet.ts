/** The one stylesheet of every page: light and dark, phone and desktop, nothing from elsewhere. */
import { cssVariables, darkPalette, lightPalette } from './palette.ts';

const colors = `
:root { color-scheme: light dark; ${cssVariables(lightPalette)} --shade: rgb(16 24 40 / 7%); }
@media (prefers-color-scheme: dark) {
  :root { ${cssVariables(darkPalette)} --shade: rgb(0 0 0 / 35%); }
}
`;

const frame = `
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body {
  margin: 0;
  min-height: 100vh;
  min-height: 100dvh;
  display: flex;
  flex-direction: column;
  align-items: center;
  justify-content: center;
  gap: 1.25rem;
  padding: 1.5rem 1rem;
  background: var(--ground);
  color: var(--ink);
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
}
.brand { display: flex; align-items: center; gap: 0.65rem; font-size: 1.0625rem; font-weight: 650; overflow-wrap: anywhere; }
.brand .mark { border: 1px solid var(--accent-line); }
.brand img, .brand .mark { width: 2rem; height: 2rem; flex: none; border-radius: 0.5rem; object-fit: contain; }
.panel {
  width: 100%;
  max-width: 27rem;
  padding: 2.25rem 2rem 2rem;
  background: var(--panel);
  border: 1px solid var(--line);
  border-radius: 0.875rem;
  box-shadow: 0 1px 2px var(--shade), 0 12px 32px var(--shade);
}
.panel.wide { max-width: 44rem; }
.panel > :last-child { margin-bottom: 0; }
footer { color: var(--quiet); font-size: 0.8125rem; text-align: center; max-width: 27rem; }
@media (max-width: 30rem) {
  body { justify-content: flex-start; padding: 1.25rem 0.875rem 2rem; }
  .panel { padding: 1.5rem 1.25rem 1.375rem; }
}
`;

const texts = `
h1 { margin: 0 0 0.25rem; font-size: 1.5rem; line-height: 1.25; font-weight: 650; letter-spacing: -0.01em; overflow-wrap: anywhere; text-wrap: balance; }
h2 { margin: 0 0 0.25rem; font-size: 1.125rem; line-height: 1.3; font-weight: 650; }
h3 { margin: 0; font-size: 1rem; font-weight: 600; overflow-wrap: anywhere; }
p { margin: 0 0 1rem; overflow-wrap: anywhere; }
h1 + p { margin-top: 0.5rem; }
strong { font-weight: 600; }
.lead { margin: 0 0 1.25rem; color: var(--quiet); }
.lead strong { color: var(--ink); }
.quiet { color: var(--quiet); font-size: 0.9375rem; }
.hint { margin: 0.4rem 0 0; color: var(--quiet); font-size: 0.875rem; }
form + .hint { margin-top: 0.875rem; text-align: center; text-wrap: balance; }
.name { margin: 0; line-height: 1.35; }
.name + .quiet { margin: 0; font-size: 0.875rem; line-height: 1.4; }
.empty { margin: 0.75rem 0 0; padding: 1.25rem; border: 1px dashed var(--field-line); border-radius: 0.625rem; color: var(--quiet); text-align: center; }
.tag { display: inline-block; padding: 0 0.5rem; border: 1px solid var(--line); border-radius: 1rem; color: var(--quiet); font-size: 0.8125rem; font-weight: 400; white-space: nowrap; }
.unseen { position: absolute; width: 1px; height: 1px; margin: -1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
code { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; font-size: 0.9em; overflow-wrap: anywhere; }
a { color: var(--accent-text); text-underline-offset: 0.15em; }
.links { display: flex; flex-wrap: wrap; gap: 0.25rem 1.25rem; margin: 1rem 0; font-size: 0.9375rem; }
.links a, .aside { display: inline-block; padding: 0.25rem 0; }
form + .links { justify-content: center; margin: 1.125rem 0 0; }
.notice { margin: 1rem 0; padding: 0.75rem 0.875rem; border-radius: 0.5rem; border-inline-start: 4px solid currentColor; overflow-wrap: anywhere; }
.notice.good { background: var(--good-ground); color: var(--good); }
.notice.bad { background: var(--bad-ground); color: var(--bad); }
.notice.caution { background: var(--caution-ground); color: var(--caution); font-size: 0.9375rem; }
.notice.plain { background: var(--ground); border-color: var(--accent-line); }
`;

const forms = `
form { margin: 1.25rem 0 0; }
form.inline { margin: 0; }
fieldset { margin: 0; padding: 0; border: 0; min-width: 0; }
label { display: block; margin: 0 0 0.35rem; font-weight: 600; font-size: 0.9375rem; }
.field { margin: 0 0 1.125rem; }
input[type="text"], input[type="email"], input[type="password"], textarea {
  display: block;
  width: 100%;
  min-height: 2.875rem;
  padding: 0.5rem 0.75rem;
  color: inherit;
  background: var(--panel);
  border: 1px solid var(--field-line);
  border-radius: 0.5rem;
  font: inherit;
}
input[aria-invalid="true"] { border-color: var(--bad); box-shadow: inset 0 0 0 1px var(--bad); }
input[type="checkbox"] { flex: none; width: 1.25rem; height: 1.25rem; margin: 0.125rem 0 0; accent-color: var(--accent-text); }
textarea.token { font: 0.875rem/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; background: var(--ground); overflow-wrap: anywhere; resize: vertical; }
input.code { font: 1.375rem/1.4 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; letter-spacing: 0.12em; text-transform: uppercase; text-align: center; }
input:focus-visible, textarea:focus-visible, button:focus-visible, a:focus-visible, .choice:has(:focus-visible) {
  outline: 3px solid var(--accent-text);
  outline-offset: 2px;
}
.choice input:focus-visible { outline: none; }
button, .button {
  display: block;
  width: 100%;
  min-height: 2.875rem;
  padding: 0.55rem 1rem;
  border: 1px solid var(--accent-line);
  border-radius: 0.5rem;
  background: var(--accent);
  color: var(--on-accent);
  font: inherit;
  font-weight: 600;
  text-align: center;
  text-decoration: none;
  overflow-wrap: anywhere;
  cursor: pointer;
}
button:hover, .button:hover { background: var(--accent-strong); }
.secondary { background: transparent; color: var(--ink); border-color: var(--field-line); }
button.secondary:hover, .button.secondary:hover { background: var(--ground); }
button.plain { background: transparent; color: var(--accent-text); border-color: transparent; font-weight: 400; text-decoration: underline; text-underline-offset: 0.15em; }
button.small { width: auto; min-height: 2.25rem; padding: 0.3rem 0.875rem; font-size: 0.9375rem; font-weight: 500; white-space: nowrap; }
.buttons { display: grid; gap: 0.75rem; margin: 1.25rem 0 0; }
.buttons.pair { grid-template-columns: 1fr 1fr; }
.dialog-form p { margin: 0; }
.dialog-form p:has(> .text_field) { margin: 0 0 1.125rem; }
.dialog-form .buttons { margin-top: 1.25rem; }
.dialog-form-message { margin: 1rem 0; padding: 0.75rem 0.875rem; border-radius: 0.5rem; border-inline-start: 4px solid currentColor; background: var(--bad-ground); color: var(--bad); overflow-wrap: anywhere; }
@media (forced-colors: active) {
  .panel, button, .button, .mark { border: 1px solid; }
}
`;

const lists = `
.mark { display: grid; place-items: center; flex: none; width: 2rem; height: 2rem; border-radius: 0.5rem; background: var(--accent); color: var(--on-accent); font-size: 0.8125rem; font-weight: 650; object-fit: contain; }
.mark.large { width: 3rem; height: 3rem; border-radius: 0.75rem; border: 1px solid var(--field-line); background: var(--ground); color: var(--ink); font-size: 1.0625rem; }
.mark.round { width: 2.25rem; height: 2.25rem; border-radius: 50%; background: var(--ground); color: var(--quiet); border: 1px solid var(--line); }
img.mark.large { border: 0; background: none; }
.who { display: flex; align-items: center; gap: 0.875rem; margin: 1rem 0; }
.account { display: flex; flex-wrap: wrap; align-items: center; gap: 0.5rem 0.75rem; margin: 1rem 0; padding: 0.625rem 0.75rem; border: 1px solid var(--line); border-radius: 0.625rem; }
.account > div { flex: 1 1 auto; min-width: 0; }
.aside { font-size: 0.875rem; }
.scopes { margin: 0 0 1rem; }
.scopes dt { margin: 0.75rem 0 0.25rem; color: var(--quiet); font-size: 0.8125rem; font-weight: 600; }
.scopes dd { position: relative; margin: 0; padding-block: 0.2rem; padding-inline: 1.5rem 0; overflow-wrap: anywhere; }
.scopes dd:not(:has(.choice))::before { content: ""; position: absolute; inset-inline-start: 0.25rem; top: 0.55rem; width: 0.65rem; height: 0.35rem; border: solid var(--accent-text); border-width: 0 0 2px 2px; transform: rotate(-45deg); }
.scopes dd:has(.choice) { padding-inline-start: 0; }
.choice { display: flex; gap: 0.625rem; margin: 0; padding: 0.125rem 0; border-radius: 0.25rem; font-weight: 400; font-size: 1rem; cursor: pointer; }
.user-code { margin: 0 0 1rem; padding: 0.875rem; border-radius: 0.625rem; background: var(--ground); border: 1px solid var(--line); font: 1.75rem/1.2 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; letter-spacing: 0.1em; text-align: center; }
.facts { margin: 1.25rem 0; border-top: 1px solid var(--line); }
.facts div { padding: 0.625rem 0; border-bottom: 1px solid var(--line); }
.facts dt { color: var(--quiet); font-size: 0.8125rem; }
.facts dd { margin: 0; overflow-wrap: anywhere; }
section { margin: 2rem 0 0; padding-top: 1.5rem; border-top: 1px solid var(--line); }
section > form.inline { margin-top: 1rem; }
.items { margin: 1rem 0 0; padding: 0; list-style: none; display: grid; gap: 0.75rem; }
.items > li { padding: 1rem; border: 1px solid var(--line); border-radius: 0.625rem; }
.items > li > .quiet { margin: 0.75rem 0 0; }
.items .scopes { margin: 0; columns: 2; column-gap: 1.5rem; font-size: 0.9375rem; }
.items .scopes dt { margin-top: 0.5rem; }
.items .scopes > div { break-inside: avoid; }
.item { display: flex; flex-wrap: wrap; align-items: flex-start; gap: 0.75rem 0.875rem; }
.item > div { flex: 1 1 14rem; min-width: 0; }
.item .quiet { margin: 0; font-size: 0.875rem; }
@media (max-width: 36rem) { .items .scopes { columns: 1; } }
`;

export const stylesheet = [colors, frame, texts, forms, lists].join('').trimStart();

/** A grid of four cells, one of them the key's. */
export const logo = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32" role="img" aria-label="Keygrid">
<rect width="32" height="32" rx="7" fill="#1f5fbf"/>
<g fill="#fff"><rect x="7" y="7" width="8" height="8" rx="2"/><rect x="7" y="17" width="8" height="8" rx="2" opacity=".55"/>
<rect x="17" y="17" width="8" height="8" rx="2" opacity=".55"/></g>
<circle cx="21" cy="11" r="3" fill="none" stroke="#fff" stroke-width="2.2"/></svg>
`;
