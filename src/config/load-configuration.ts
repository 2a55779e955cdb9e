/** Reads the settings once, validates them whole, and freezes them. */
import type { Configuration, SettingName, SettingSource, SettingSources } from './configuration.ts';
import { nearestName } from './nearest-name.ts';
import { flagKeyOf, settingNames, settingOf } from './settings.ts';

export interface ConfigurationInput {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** As a command-line parser reports them: `publicUrl` for `--public-url`. Undefined values are not set. */
  readonly flags?: Readonly<Record<string, unknown>>;
}

export interface LoadedConfiguration {
  readonly configuration: Configuration;
  readonly sources: SettingSources;
  /** Settings that are legal and probably not what was meant; for the log. */
  readonly warnings: readonly string[];
}

/** Carries every problem found, one sentence each; none holds the value of a secret. */
export class ConfigurationError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`The settings cannot be used:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
    this.name = 'ConfigurationError';
    this.problems = problems;
  }
}

/** @throws ConfigurationError with every wrong and every unknown setting. */
export function loadConfiguration({ environment, flags = {} }: ConfigurationInput): LoadedConfiguration {
  const problems = [...unknownEnvironment(environment), ...unknownFlags(flags)];
  const values: Record<string, unknown> = {};
  const sources: Record<string, SettingSource> = {};
  for (const name of settingNames) {
    const { text, source } = findText(name, environment, flags);
    sources[name] = source;
    if (text === undefined) continue;
    const value = settingOf(name).kind.parse(text);
    if (value === undefined) problems.push(describeWrong(name, source, text));
    else values[name] = value;
  }
  const given: Partial<Configuration> = { ...values };
  for (const name of settingNames) if (!(name in values)) values[name] = settingOf(name).fallback(given);
  // The table's type ties each name to its value's type; collecting them one by one loses that tie.
  const configuration = Object.freeze(values) as unknown as Configuration;
  problems.push(...findContradictions(configuration));
  if (problems.length > 0) throw new ConfigurationError(problems);
  const frozenSources = Object.freeze(sources) as SettingSources;
  return { configuration, sources: frozenSources, warnings: findWarnings(configuration, frozenSources) };
}

function findText(
  name: SettingName,
  environment: ConfigurationInput['environment'],
  flags: Readonly<Record<string, unknown>>,
): { text: string | undefined; source: SettingSource } {
  // A blank at the end of a password may be meant; around anything else it never is.
  const tidy = (text: string) => (settingOf(name).secrecy === 'secret' ? text : text.trim());
  const flag = flags[flagKeyOf(name)];
  if (flag !== undefined) return { text: tidy(String(flag)), source: 'flag' };
  const variable = tidy(environment[settingOf(name).environment] ?? '');
  // Compose files pass an unset variable on as an empty one.
  return variable === '' ? { text: undefined, source: 'default' } : { text: variable, source: 'environment' };
}

function describeWrong(name: SettingName, source: SettingSource, text: string): string {
  const { environment, flag, kind, secrecy } = settingOf(name);
  const option = source === 'flag' ? `${flag} (${environment})` : `${environment} (${flag})`;
  const shown = secrecy === 'public' ? JSON.stringify(text.slice(0, 200)) : 'the value given (not shown)';
  return `${option}: ${shown} is wrong, expected ${kind.expected}.`;
}

const suggest = (nearest: string | undefined): string =>
  nearest === undefined ? 'There is no such setting.' : `Did you mean ${nearest}?`;

function unknownEnvironment(environment: ConfigurationInput['environment']): string[] {
  const known = settingNames.map((name) => settingOf(name).environment);
  return Object.keys(environment)
    .filter((name) => name.startsWith('KEYGRID_') && !name.startsWith('KEYGRID_TEST_'))
    .filter((name) => !known.some((each) => each === name))
    .sort()
    .map((name) => {
      // Compared without the prefix, which all have in common and which would bring every two names near.
      const nearest = nearestName(
        name.slice('KEYGRID_'.length),
        known.map((each) => each.slice('KEYGRID_'.length)),
      );
      return `${name}: unknown. ${suggest(nearest && `KEYGRID_${nearest}`)}`;
    });
}

function unknownFlags(flags: Readonly<Record<string, unknown>>): string[] {
  const flagByKey = new Map(settingNames.map((name) => [flagKeyOf(name), settingOf(name).flag]));
  return Object.keys(flags)
    .filter((key) => flags[key] !== undefined && !flagByKey.has(key))
    .sort()
    .map((key) => {
      const nearest = nearestName(key, [...flagByKey.keys()]);
      const written = `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
      return `${written}: unknown. ${suggest(nearest && flagByKey.get(nearest))}`;
    });
}

function findContradictions(configuration: Configuration): string[] {
  const { smtpUrl, adminMail, adminApproval, organizationApproval } = configuration;
  if (smtpUrl === undefined || adminMail !== undefined || !(adminApproval || organizationApproval)) return [];
  const demanded = settingOf(adminApproval ? 'adminApproval' : 'organizationApproval').environment;
  return [
    `KEYGRID_ADMIN_MAIL (--admin-mail): not set, and ${demanded} needs an address to ask for approval.`,
  ];
}

const loopbackHosts = ['localhost', '127.0.0.1', '[::1]'];

function findWarnings(configuration: Configuration, sources: SettingSources): string[] {
  const warnings: string[] = [];
  const { publicUrl, smtpUrl } = configuration;
  const url = new URL(publicUrl);
  const listensToOthers = ['0.0.0.0', '::'].includes(configuration.host);
  if (sources.publicUrl === 'default' && listensToOthers) {
    warnings.push(
      `KEYGRID_PUBLIC_URL is not set: links and token issuers say ${publicUrl}, which others cannot reach.`,
    );
  }
  if (url.protocol === 'http:' && !loopbackHosts.includes(url.hostname)) {
    warnings.push(`KEYGRID_PUBLIC_URL is ${publicUrl}: passwords and tokens travel unencrypted. Use https.`);
  }
  if (smtpUrl !== undefined && sources.mailFrom === 'default') {
    warnings.push('KEYGRID_MAIL_FROM is not set: most mail servers refuse the default sender.');
  }
  return warnings;
}
