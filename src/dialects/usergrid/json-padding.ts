/** JSONP: answers wrapped in a call of the function that `callback` names. usergrid-auth.md 10.6. */
import { KeygridError } from '../../core/errors.ts';
import type { QueryParameters } from './envelope.ts';

const functionName = /^[A-Za-z_$][\w$.[\]]{0,127}$/;

/** Undefined where there is none, or one that is no function name: see `requireCallback`. */
export function callbackOf(query: QueryParameters): string | undefined {
  const callback = query.callback;
  return typeof callback === 'string' && functionName.test(callback) ? callback : undefined;
}

/** @throws KeygridError `invalid_argument`: what is not a name would be script of the caller's choice. */
export function requireCallback(query: QueryParameters): void {
  const { callback } = query;
  if (callback === undefined || callback === '' || callbackOf(query) !== undefined) return;
  throw new KeygridError('invalid_argument', 'callback must be the name of a JavaScript function');
}

/** U+2028 and U+2029 end a line in old scripts but not in JSON; the comment defeats content sniffing. */
export const pad = (callback: string, json: string): string =>
  `/**/${callback}(${json.replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029')})`;
