/** Whether the index of properties is the one that this version asks. */
import { type IndexState, standingOf } from '../../core/entities/index/index-rebuild.ts';
import { type Finding, ok, problem, warning } from './finding.ts';

const check = 'index';
const remake =
  'The next start or "keygrid migrate" makes it anew; end all servers of the older version first.';
const goOn = 'Wait for the server that makes it; where none runs, start one or run "keygrid migrate".';
const newer = 'Start that version, or restore a backup made by this one.';

export function checkIndex(state: IndexState | undefined): Finding {
  switch (standingOf(state)) {
    case 'current':
      return ok(check, 'It is whole, and made as this version makes it');
    case 'unfinished':
      return warning(check, `It is being made anew, ${state?.entities ?? 0} entities are done`, goOn);
    case 'older':
      return warning(check, 'It was made by an older version', remake);
    case 'newer':
      return problem(check, 'It was made by a newer version', newer);
  }
}
