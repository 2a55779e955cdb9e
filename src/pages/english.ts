/** Every text of the pages in English. Another language is another table of this shape; language.ts lists them. */
import type { ScopeFamily } from '../core/oauth/scope-catalogue.ts';
import { type Html, html } from './html.ts';

const scopeFamilies: Record<ScopeFamily | 'other', string> = {
  identity: 'Who you are',
  account: 'Your account',
  data: 'Your data',
  storage: 'Your storage',
  code: 'Running code',
  access: 'Staying connected',
  administration: 'Administration',
  other: 'Also asked for',
};

/** "in 40 seconds", rounded up so that nobody comes too early. */
const inWords = (seconds: number): string => {
  if (seconds < 2) return 'in a moment';
  if (seconds <= 90) return `in ${Math.ceil(seconds)} seconds`;
  return `in ${Math.ceil(seconds / 60)} minutes`;
};

const lastingWords = (seconds: number): string => {
  const [count, unit] =
    seconds >= 172_800
      ? [seconds / 86_400, 'days']
      : seconds >= 7200
        ? [seconds / 3600, 'hours']
        : [seconds / 60, 'minutes'];
  return `${Math.max(1, Math.round(count))} ${unit}`;
};

export const english = {
  /** BCP 47; also for the forms of dates and numbers. */
  tag: 'en',
  direction: 'ltr' as 'ltr' | 'rtl',

  frame: {
    by: 'Sign-in by Keygrid',
    cancel: 'Cancel',
    useAnotherAccount: 'Use another account',
    signedInAs: 'Signed in as',
    byOrganization: (organization: Html): Html => html`by ${organization}`,
    privacyPolicy: 'Privacy policy',
    terms: 'Terms of use',
    opensNewTab: '(opens in a new tab)',
    requestId: 'Request id',
  },

  signIn: {
    title: 'Sign in',
    toContinue: (client: Html): Html => html`to continue to ${client}`,
    askedAgain: (client: Html): Html => html`${client} asks you to enter your password again.`,
    otherAccount: 'Sign in with the account that you want to use.',
    username: 'Email address or username',
    password: 'Password',
    submit: 'Sign in',
    forgotten: 'Forgot your password?',
    newHere: 'New here?',
    createAccount: 'Create an account',
    problems: {
      credentials: 'That username and password do not match. Check both and try again.',
      inactive: 'This account is not activated yet. Follow the link in the mail that you got.',
      disabled: 'This account is disabled. Ask whoever runs this service.',
      unconfirmed: 'Confirm your email address first: follow the link in the mail that you got.',
      throttled: (seconds: number): string => `Too many attempts. Try again ${inWords(seconds)}.`,
      overloaded: 'Very many people are signing in right now. Try again in a moment.',
    },
  },

  /** The page of Usergrid: what it calls things is part of its contract (usergrid-auth.md 5.1). */
  usergridSignIn: {
    title: 'Sign In',
    username: 'Username',
    password: 'Password',
    submit: 'Submit',
    usedFor: (client: Html): Html => html`to continue to ${client}`,
  },

  chooseAccount: {
    title: 'Choose an account',
    toContinue: (client: Html): Html => html`to continue to ${client}`,
    continueAs: (name: string): string => `Continue as ${name}`,
  },

  consent: {
    title: (client: string): string => `Allow ${client}?`,
    wouldLikeTo: (client: Html): Html => html`${client} would like to:`,
    nothingSpecial: (client: Html): Html =>
      html`${client} would like to know that you signed in. It asks for nothing else.`,
    chooseScopes: 'Untick what you do not want to allow.',
    allowedBefore: 'allowed before',
    allowsOne: (name: Html): Html => html`Use ${name}`,
    goesTo: (destination: Html): Html => html`Whatever you choose, you go on to ${destination}.`,
    unproven: (client: Html): Html =>
      html`Any program on your device could say that it is ${client}. Allow this only if you have just started it yourself.`,
    selfRegistered: (client: Html): Html =>
      html`${client} registered itself here. Nobody has checked who is behind it.`,
    allow: 'Allow',
    refuse: 'Refuse',
    revocable: 'You can take this back at any time, on your account page.',
  },

  scopeFamilies,
  /** The words of a scope, of which the catalogue knows the English ones; they complete "would like to". */
  scopeWords: (_name: string, words: string): string => words,

  deviceEntry: {
    title: 'Connect a device',
    lead: 'Enter the code that your device shows.',
    code: 'Code',
    hint: 'Eight letters. Capitals and the dash do not matter.',
    submit: 'Continue',
    problems: {
      unknown: 'That code is not right, or it has expired. Look at your device once more.',
      throttled: (seconds: number): string => `Too many attempts. Try again ${inWords(seconds)}.`,
    },
  },

  deviceApproval: {
    title: (client: string): string => `Connect ${client}?`,
    compare: 'Go on only if your device shows this very code:',
    askedFrom: (address: Html): Html => html`The device asked from the address ${address}.`,
    warning:
      'Did somebody send you this code or this link? Then refuse: whoever sent it would get into your account.',
    allow: 'Connect',
    refuse: 'Refuse',
  },

  deviceDone: {
    approved: 'Device connected',
    approvedLead: (client: Html): Html =>
      html`${client} goes on by itself in a few seconds. You can close this window.`,
    refused: 'Device refused',
    refusedLead: (client: Html): Html => html`${client} gets no access. You can close this window.`,
    late: 'Too late',
    lateLead: 'This code has expired, or it was answered already. Start once more on your device.',
  },

  error: {
    title: 'This request cannot go on',
    lead: 'The application that sent you here made a mistake, or is not set up as it should be. Nothing was sent to it.',
    sent: 'Redirect URI that was sent',
    operator: 'If you run the application: the request id tells the operator of this server the reason.',
    goBack: 'You can close this window, or go back and try again.',
  },

  noPage: {
    title: 'There is no such page',
    lead: 'The address may be mistyped, or the link that led here may be an old one.',
  },

  expired: {
    title: 'Start again',
    lead: 'This page was open for too long, was used already, or belongs to another browser. Go back to the application and start again.',
  },

  formPost: {
    title: 'One moment',
    lead: (destination: Html): Html => html`You are being taken on to ${destination}.`,
    submit: 'Continue',
  },

  tokenShown: {
    title: 'Your access token',
    lead: (client: Html): Html => html`For ${client}. Whoever has it can do what you can do.`,
    token: 'Access token',
    hint: 'Select it and copy it: it is not shown again.',
    expires: (seconds: number): string => `It is good for ${lastingWords(seconds)}.`,
    scopes: 'Scopes',
  },

  signedOut: {
    title: 'Signed out',
    lead: 'You are signed out on this device.',
    shared: 'On a shared computer, close all windows of the browser as well.',
    signInAgain: 'Sign in again',
  },

  signOutConfirm: {
    title: 'Sign out?',
    asked: (client: Html): Html => html`${client} asks to sign you out here.`,
    lead: 'You will have to sign in again to use applications on this device.',
    submit: 'Sign out',
    stay: 'Stay signed in',
  },

  account: {
    title: 'Your account',
    ended: {
      session: 'That browser is signed out.',
      other_sessions: 'All other browsers are signed out.',
      grant: 'Its access has ended. What it had saved of your data before, it may still have.',
    },
    signOut: 'Sign out',
    grants: 'Applications with access',
    grantsLead: 'What you allowed. When you end it, it stops at once.',
    noGrants: 'No application has access to your account.',
    mayDo: 'It may:',
    mayNothingSpecial: 'It may know that you signed in, and nothing else.',
    since: (date: Html): Html => html`Since ${date}`,
    lastUsed: (date: Html): Html => html`last used ${date}`,
    endAccess: 'End access',
    sessions: 'Where you are signed in',
    sessionsLead: 'Is one of them not yours? Sign it out, and change your password.',
    noSessions: 'You are signed in nowhere else.',
    thisBrowser: 'this browser',
    unknownBrowser: 'Unknown browser',
    signedIn: (date: Html): Html => html`Signed in ${date}`,
    lastSeen: (date: Html): Html => html`last seen ${date}`,
    from: (address: Html): Html => html`From ${address}`,
    endSession: 'Sign out there',
    endOtherSessions: 'Sign out everywhere else',
    next: 'Next',
    previous: 'Previous',
    justNow: 'just now',
  },

  mail: {
    resetTitle: 'Reset your password',
    resetProblems: {
      no_email: 'No email provided, try again...',
      invalid_token:
        'That link does not work: invalid token. It was used already, or it has expired. Ask for a new one.',
      throttled: 'Too many attempts. Wait a while, then try again.',
    },
    resetLead:
      'Enter the email address or username of your account. We send a link to choose a new password.',
    emailOrUsername: 'Email address or username',
    sendLink: 'Send the link',
    sentTitle: 'Check your mail',
    sent: 'If there is such an account, mail was sent to its address.',
    sentHint:
      'The link in it is good for seven days. No mail? Look into the spam folder, and make sure that the address or username was right.',
    newPasswordTitle: 'Choose a new password',
    mismatch: "Passwords didn't match, let's try again...",
    newPassword: 'New password',
    newPasswordAgain: 'New password again',
    setPassword: 'Set the password',
    passwordSetTitle: 'Done',
    passwordSet: 'All done: password set. Sign in with the new one from now on.',
    everyoneSignedOut: 'Everyone who was signed in to the account, on any device, has been signed out.',
    activatedTitle: 'Activated',
    accountActivated: 'Your account has been successfully activated.',
    organizationActivated: (organization: string): string =>
      `Your organization ${organization} has been successfully activated.`,
    confirmedTitle: 'Confirmed',
    confirmed: 'Your email address has been confirmed.',
    awaitsApproval: 'The account waits for approval now. You get mail as soon as it is active.',
    deadLinkTitle: 'This link does not work',
    deadLinks: {
      confirmation: 'Confirmation token invalid or expired',
      activation: 'Activation token invalid or expired',
    },
    deadLinkHint: 'It was used already, or it has expired. Perhaps everything is done and you can sign in.',
    tooManyTitle: 'Too many attempts',
    tooMany: 'Wait a while, then try again.',
  },
};

export type Texts = typeof english;
