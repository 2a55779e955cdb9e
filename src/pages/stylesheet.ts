/** The one stylesheet of every page: light and dark, phone and desktop, nothing from elsewhere. */
export const stylesheet = `
:root {
  color-scheme: light dark;
  --ground: #f3f5f8;
  --panel: #ffffff;
  --line: #d5dbe3;
  --field-line: #8a95a5;
  --ink: #18202b;
  --quiet: #55606f;
  --accent: #1f5fbf;
  --accent-strong: #194e9d;
  --on-accent: #ffffff;
  --good: #14683f;
  --good-ground: #e5f4ec;
  --bad: #a3241c;
  --bad-ground: #fdecea;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #10151c;
    --panel: #18202a;
    --line: #2c3745;
    --field-line: #66748a;
    --ink: #e8edf4;
    --quiet: #a2aebe;
    --accent: #7db2ff;
    --accent-strong: #a3c9ff;
    --on-accent: #0b1a30;
    --good: #7fd6a8;
    --good-ground: #14301f;
    --bad: #ffa79f;
    --bad-ground: #3a1815;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
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
.brand {
  display: flex;
  align-items: center;
  gap: 0.6rem;
  font-weight: 650;
  letter-spacing: 0.01em;
}
.brand img { width: 1.75rem; height: 1.75rem; display: block; }
.panel {
  width: 100%;
  max-width: 25rem;
  padding: 2rem;
  background: var(--panel);
  border: 1px solid var(--line);
  border-radius: 0.75rem;
  box-shadow: 0 1px 2px rgb(16 24 40 / 6%), 0 8px 24px rgb(16 24 40 / 6%);
}
h1 { margin: 0 0 0.5rem; font-size: 1.375rem; line-height: 1.25; font-weight: 650; }
p { margin: 0 0 1rem; overflow-wrap: anywhere; }
.panel > :last-child { margin-bottom: 0; }
.quiet { color: var(--quiet); font-size: 0.9375rem; }
.notice {
  margin: 0.75rem 0 1.25rem;
  padding: 0.75rem 0.875rem;
  border-radius: 0.5rem;
  border-left: 4px solid currentColor;
  overflow-wrap: anywhere;
}
.notice.good { background: var(--good-ground); color: var(--good); }
.notice.bad { background: var(--bad-ground); color: var(--bad); }
form { margin: 1.25rem 0 0; }
fieldset { margin: 0; padding: 0; border: 0; min-width: 0; }
label { display: block; margin: 0 0 0.35rem; font-weight: 600; font-size: 0.9375rem; }
.hint { margin: 0.35rem 0 0; color: var(--quiet); font-size: 0.875rem; }
.field { margin: 0 0 1.1rem; }
input[type="text"], input[type="email"], input[type="password"] {
  width: 100%;
  min-height: 2.75rem;
  padding: 0.5rem 0.75rem;
  color: inherit;
  background: var(--panel);
  border: 1px solid var(--field-line);
  border-radius: 0.5rem;
  font: inherit;
}
input:focus-visible, button:focus-visible, a:focus-visible {
  outline: 3px solid var(--accent);
  outline-offset: 2px;
}
button {
  width: 100%;
  min-height: 2.75rem;
  padding: 0.5rem 1rem;
  border: 1px solid transparent;
  border-radius: 0.5rem;
  background: var(--accent);
  color: var(--on-accent);
  font: inherit;
  font-weight: 600;
  cursor: pointer;
}
button:hover { background: var(--accent-strong); }
button.secondary { background: transparent; color: var(--ink); border-color: var(--field-line); }
button.secondary:hover { background: var(--ground); }
.buttons { display: grid; gap: 0.75rem; margin: 0; }
a { color: var(--accent); }
code { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; font-size: 0.9em; overflow-wrap: anywhere; }
footer { color: var(--quiet); font-size: 0.8125rem; text-align: center; max-width: 25rem; }
@media (max-width: 30rem) {
  body { justify-content: flex-start; padding: 1.25rem 1rem; }
  .panel { padding: 1.5rem 1.25rem; }
}
@media (forced-colors: active) {
  .panel, button { border: 1px solid; }
}
`;

/** A grid of four cells, one of them the key's. */
export const logo = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32" role="img" aria-label="Keygrid">
<rect width="32" height="32" rx="7" fill="#1f5fbf"/>
<g fill="#fff"><rect x="7" y="7" width="8" height="8" rx="2"/><rect x="7" y="17" width="8" height="8" rx="2" opacity=".55"/>
<rect x="17" y="17" width="8" height="8" rx="2" opacity=".55"/></g>
<circle cx="21" cy="11" r="3" fill="none" stroke="#fff" stroke-width="2.2"/></svg>
`;
