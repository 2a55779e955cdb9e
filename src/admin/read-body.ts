/** Bodies and queries of the administration API, checked against the very schemas that describe them. */
import type { Static, TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { KeygridError } from '../core/errors.ts';

const longestList = 5;
const validators = new Map<TSchema, ReturnType<typeof Compile>>();

/** @throws KeygridError `invalid_argument`, which names the first members that are wrong */
export function readBody<Schema extends TSchema>(schema: Schema, value: unknown): Static<Schema> {
  const validator = validatorOf(schema);
  if (validator.Check(value)) return value as Static<Schema>;
  const problems = validator.Errors(value).map((error) => {
    const unknown = error.keyword === 'additionalProperties' ? error.params.additionalProperties : [];
    const what = unknown.length > 0 ? `has unknown members: ${unknown.join(', ')}` : error.message;
    return `${error.instancePath.slice(1).replaceAll('/', '.') || 'the body'} ${what}`;
  });
  throw new KeygridError('invalid_argument', problems.slice(0, longestList).join('; '));
}

function validatorOf(schema: TSchema): ReturnType<typeof Compile> {
  let validator = validators.get(schema);
  if (!validator) {
    validator = Compile(schema);
    validators.set(schema, validator);
  }
  return validator;
}
