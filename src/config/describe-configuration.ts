import type { Configuration, SettingName, SettingSource, SettingSources } from './configuration.ts';
import { settingNames, settingOf } from './settings.ts';

/** A line of `keygrid config`. */
export interface ConfigurationRow {
  readonly environment: string;
  readonly flag: string;
  /** As it could be given again, unless it is hidden; empty when not set. */
  readonly value: string;
  readonly source: SettingSource;
  readonly summary: string;
}

/** Every setting as it stands. Secrets, and passwords within URLs, are hidden unless they are asked for. */
export function describeConfiguration(
  configuration: Configuration,
  sources: SettingSources,
  { revealSecrets }: { revealSecrets: boolean },
): ConfigurationRow[] {
  return settingNames.map((name) => {
    const { environment, flag, summary } = settingOf(name);
    const value = showValue(name, configuration, revealSecrets);
    return { environment, flag, value, source: sources[name], summary };
  });
}

function showValue(name: SettingName, configuration: Configuration, revealSecrets: boolean): string {
  const { kind, secrecy } = settingOf(name);
  const value = configuration[name];
  if (value === undefined) return '';
  const text = kind.render(value);
  if (revealSecrets || secrecy === 'public') return text;
  return secrecy === 'secret' ? '(hidden)' : hidePassword(text);
}

/** The query goes too: drivers take `?password=` there. */
function hidePassword(text: string): string {
  const url = new URL(text);
  if (url.password !== '') url.password = 'hidden';
  if (url.search !== '') url.search = '?hidden';
  return url.href;
}
