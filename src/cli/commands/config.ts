/** `keygrid config`: the settings in force, and where each came from. */
import { describeConfiguration, loadConfiguration } from '../../config/index.ts';
import type { CommandResult, Invocation } from '../command.ts';
import { renderTable } from '../output.ts';

export async function run({ settings }: Invocation): Promise<CommandResult> {
  const { configuration, sources, warnings } = loadConfiguration({
    environment: process.env,
    flags: settings,
  });
  const rows = describeConfiguration(configuration, sources, { revealSecrets: false });
  const table = renderTable(
    ['variable', 'flag', 'value', 'from'],
    rows.map(({ environment, flag, value, source }) => [environment, flag, value || '(not set)', source]),
  );
  return {
    json: { settings: rows, warnings },
    text: [table, ...warnings.map((warning) => `\nWarning: ${warning}`)].join('\n'),
  };
}
