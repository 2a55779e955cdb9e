import { settingGroups, settingNames, settingOf } from './settings.ts';

const introduction = `# Settings

<!-- Written by scripts/write-settings-document.ts from src/config/settings.ts; change that table instead. -->

Every setting is an environment variable and a flag of \`keygrid start\`. A flag wins over the variable, the
variable over the default. An empty variable counts as not set. \`keygrid config\` shows what is in force and where
it came from.

A wrong setting, or an unknown variable that begins with \`KEYGRID_\`, stops the start with every problem listed.
Names that begin with \`KEYGRID_TEST_\` are left to the tests.

Settings marked *secret* are never logged, and shown only on demand. Give them as variables: other accounts of the
machine can read the flags of a running process.
`;

/** The text of `docs/settings.md`. */
export function settingsDocument(): string {
  return [introduction, ...settingGroups.map(renderGroup)].join('\n');
}

function renderGroup(group: (typeof settingGroups)[number]): string {
  const rows = settingNames.map(settingOf).filter((setting) => setting.group === group);
  const lines = rows.map(({ environment, flag, kind, unit, secrecy, summary, defaultText }) => {
    const value = capitalise(unit === undefined ? kind.expected : `${kind.expected}, in ${unit}`);
    const secret = secrecy === 'public' ? '' : ' *Secret.*';
    return `| \`${environment}\` | \`${flag}\` | ${value} | ${defaultText} | ${summary}${secret} |`;
  });
  const head = ['| variable | flag | value | default | what it does |', '|---|---|---|---|---|'];
  return [`## ${group}`, '', ...head, ...lines, ''].join('\n');
}

const capitalise = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
