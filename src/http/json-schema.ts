/**
 * JSON Schema for the API description, in the words of TypeBox. The library itself takes 20 MiB and a tenth of a second
 * to load: it is left to where values are checked against schemas.
 */
type Annotations = Record<string, unknown>;

export interface JsonSchema extends Annotations {
  properties?: Record<string, JsonSchema>;
}

const optional = Symbol('optional');

export const Type = {
  String: (annotations?: Annotations): JsonSchema => ({ type: 'string', ...annotations }),
  Integer: (annotations?: Annotations): JsonSchema => ({ type: 'integer', ...annotations }),
  Boolean: (annotations?: Annotations): JsonSchema => ({ type: 'boolean', ...annotations }),
  Unknown: (annotations?: Annotations): JsonSchema => ({ ...annotations }),
  /** For members of objects: the others are required. */
  Optional: (schema: JsonSchema): JsonSchema => ({ ...schema, [optional]: true }),
  Object<const Members extends Record<string, JsonSchema>>(members: Members, annotations?: Annotations) {
    const required = Object.keys(members).filter((name) => !(optional in members[name]!));
    return {
      type: 'object',
      ...(required.length > 0 ? { required } : {}),
      properties: members,
      ...annotations,
    };
  },
};

const load = Symbol('load');

/** A part of a description that is made when somebody asks for it. */
export const lazySchema = (from: () => Promise<object>): JsonSchema =>
  Object.defineProperty({}, load, { value: from });

/** Fills in what is lazy among the schemas of a route. */
export async function loadSchemas(parts: Iterable<unknown>): Promise<void> {
  for (const part of parts) {
    if (typeof part === 'object' && part !== null && load in part) {
      Object.assign(part, await (part[load] as () => Promise<object>)());
    }
  }
}
