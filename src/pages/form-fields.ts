/** Names of what the forms of the pages send: pages write them, dialects read them. */
export const formFields = {
  /** The interaction that a form belongs to; useless without the browser's cookie (S043). */
  interaction: 'interaction',
  /** Against requests that another site made the browser send (S037). */
  formToken: 'form_token',
  username: 'username',
  password: 'password',
  /** Of consent and device pages: `allow` or `refuse`. */
  decision: 'decision',
  /** Of the consent page, once for each scope left ticked. */
  scope: 'scope',
  /** Sent as `1` when the consent page let the user choose: then scopes that are not named are refused. */
  scopesChosen: 'scopes_chosen',
  userCode: 'user_code',
  /** Of `/account`: what is to be ended. */
  session: 'session',
  grant: 'grant',
} as const;

export type Decision = 'allow' | 'refuse';
