/**
 * What an operator can decide. One table says every setting (`settings.ts`); it is read once, validated whole and
 * frozen (`load-configuration.ts`). Only `src/main.ts` and `src/cli` import this folder: the rest gets values.
 */
export type {
  Configuration,
  EntityNotFoundCode,
  LogLevel,
  SettingName,
  SettingSource,
  SettingSources,
} from './configuration.ts';
export { type ConfigurationRow, describeConfiguration } from './describe-configuration.ts';
export {
  ConfigurationError,
  type ConfigurationInput,
  type LoadedConfiguration,
  loadConfiguration,
} from './load-configuration.ts';
export { defaultPublicUrl, settingFlags } from './settings.ts';
export { settingsDocument } from './settings-document.ts';
