/** `keygrid outbox list`: mail that was kept, with its links: only the operator may read it. */
import type { OutboxMessage } from '../../core/explain.ts';
import { type CommandResult, type Invocation, textOption } from '../command.ts';
import { jsonTime, renderFacts, renderMore, renderTime } from '../output.ts';
import { readLimit } from '../paging.ts';
import { CommandProblem } from '../problem.ts';
import { withKeygrid } from '../visit-keygrid.ts';

const usualLimit = 10;

export const run = (invocation: Invocation): Promise<CommandResult> =>
  withKeygrid(invocation, async ({ keygrid: { core } }) => {
    const limit = readLimit(invocation, usualLimit);
    // One more than asked for tells whether there is more.
    const found = await core.outbox.list(limit + 1, readBefore(invocation));
    const messages = found.slice(0, limit);
    const before = found.length > limit ? messages.at(-1)?.id : undefined;
    return {
      json: {
        messages: messages.map((message) => ({ ...message, sentAt: jsonTime(message.sentAt) })),
        before: before ?? null,
      },
      text: `${messages.map(renderMessage).join('\n\n') || 'No mail was kept.'}${renderMore('--before', before)}`,
    };
  });

/** @throws CommandProblem */
function readBefore(invocation: Invocation): number | undefined {
  const text = textOption(invocation, 'before');
  if (text === undefined) return undefined;
  const id = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(id)) return id;
  throw new CommandProblem('--before must be the id of a message.');
}

function renderMessage({ id, to, subject, text, sentAt }: OutboxMessage): string {
  const head = renderFacts([
    ['id', String(id)],
    ['sent', renderTime(sentAt)],
    ['to', to],
    ['subject', subject],
  ]);
  const body = text
    .trim()
    .split('\n')
    .map((line) => `    ${line}`.trimEnd());
  return `${head}\n\n${body.join('\n')}`;
}
