/** Form bodies as Autodesk's clients write them: two of them escape nothing (aps-auth.md 0.1, rule 2). */
import { KeygridError } from '../../core/errors.ts';
import { isFormType } from '../../http/form-body.ts';
import { parseUrlencoded } from '../../http/urlencoded.ts';

export type FormFields = [name: string, value: string][];

/** @throws KeygridError `invalid_request` with Autodesk's own code for a body of another type (APS-40) */
export function parseForm(bytes: Buffer | undefined, contentType: string | undefined): FormFields {
  const text = bytes?.toString('utf8') ?? '';
  // What is missing is told by its names, which says more than the type of nothing would.
  if (text === '' && contentType === undefined) return [];
  if (!isFormType(contentType)) {
    throw new KeygridError('invalid_request', 'Content-Type must be application/x-www-form-urlencoded', {
      subject: { errorCode: 'AUTH-007' },
    });
  }
  // Literal spaces, `://` and stray `%` stay what they are.
  return parseUrlencoded(text);
}

/** The first of that name; what is empty counts as absent. */
export const fieldOf = (fields: FormFields, name: string): string | undefined =>
  fields.find(([known]) => known === name)?.[1] || undefined;
