/** What an entity must satisfy before it is written, and the values that it claims for itself. */
import { createHash } from 'node:crypto';
import { KeygridError } from '../errors.ts';
import { isUuid } from '../uuid.ts';
import type { PropertyMap } from './entity-body.ts';
import type { UniqueClaim } from './entity-store.ts';
import type { EntityType } from './entity-types.ts';

/** usergrid-data.md 4.2. */
const groupPath = /^[a-z0-9\-./]+$/i;
/** In characters. A longer value is claimed by its beginning and digest, since keys are bounded. */
const longestClaim = 500;

/**
 * Sets what the server fills in, then checks. `isNew` = on creation, when required properties may still be missing.
 * @throws KeygridError `missing_property`, `invalid_argument`
 */
export function applyRules(rules: EntityType, properties: PropertyMap, now: number, isNew: boolean): void {
  if (isNew) {
    stampMissing(rules, properties, now);
    for (const property of rules.required) requirePresent(rules, properties, property);
  }
  if (rules.type === 'group') requireGroupPath(properties);
  if (rules.type === 'user') requireUsername(properties);
  if (rules.type === 'asset' || rules.type === 'folder') requireOwner(rules, properties);
}

function stampMissing({ stampedWhenMissing }: EntityType, properties: PropertyMap, now: number): void {
  if (stampedWhenMissing === undefined || properties.get(stampedWhenMissing)?.value) return;
  properties.set(stampedWhenMissing, { name: stampedWhenMissing, value: now });
}

function requirePresent({ type }: EntityType, properties: PropertyMap, property: string): void {
  if (properties.has(property)) return;
  // Usergrid checks a group's path before it looks for what is required: usergrid-data.md 4.2.
  const code = type === 'group' ? 'invalid_argument' : 'missing_property';
  throw new KeygridError(code, `Entity "${type}" requires a property named "${property}"`, {
    subject: { type, property },
  });
}

function requireGroupPath(properties: PropertyMap): void {
  if (groupPath.test(String(properties.get('path')?.value))) return;
  throw new KeygridError('invalid_argument', 'A group path holds letters, digits, "-", "." and "/" only', {
    subject: { type: 'group', property: 'path' },
  });
}

/** `me` is the address of the caller's own account. */
function requireUsername(properties: PropertyMap): void {
  if (String(properties.get('username')?.value).toLowerCase() !== 'me') return;
  throw new KeygridError('invalid_argument', 'The username "me" is reserved', {
    subject: { type: 'user', property: 'username' },
  });
}

function requireOwner({ type }: EntityType, properties: PropertyMap): void {
  const owner = properties.get('owner')?.value;
  if (typeof owner === 'string' && isUuid(owner)) return;
  throw new KeygridError('invalid_argument', 'The owner must be the uuid of a user', {
    subject: { type, property: 'owner' },
  });
}

/** Undefined for a text that nothing can have claimed. */
export function claimValue(property: string, text: string): string | undefined {
  if (text.includes('\0')) return undefined;
  const plain = property === 'path' ? text.replace(/^\/+/, '') : text;
  const value = plain.toLowerCase().toWellFormed();
  if (value.length <= longestClaim) return value;
  return `${value.slice(0, longestClaim).toWellFormed()}…${createHash('sha256').update(value).digest('hex')}`;
}

/** The unique values of an entity. */
export function claimsOf(rules: EntityType, properties: PropertyMap): UniqueClaim[] {
  const claims: UniqueClaim[] = [];
  for (const property of rules.unique) {
    const text = properties.get(property)?.value;
    if (typeof text !== 'string') continue;
    const value = claimValue(property, text);
    if (value !== undefined) claims.push({ property, value });
  }
  return claims;
}
