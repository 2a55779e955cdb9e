import type {
  EntityQuery,
  Filter,
  Projection,
  ScalarValue,
  SortKey,
} from '../../../core/entities/query/filter.ts';

/** The statement that `parseQuery` reads as this query. Its paths must be names of the language. */
export function printQuery({ projection, filter, direct, order }: EntityQuery): string {
  const clauses = [`select ${printProjection(projection)}`];
  if (direct !== undefined) clauses.push(`where direct ${direct.join(', ')}`);
  else if (filter !== undefined) clauses.push(`where ${printFilter(filter)}`);
  if (order.length > 0) clauses.push(`order by ${order.map(printSortKey).join(', ')}`);
  return clauses.join(' ');
}

function printProjection(projection: Projection[] | undefined): string {
  if (projection === undefined) return '*';
  if (projection.every(({ source, as }) => source === as))
    return projection.map(({ source }) => source).join(', ');
  return `{${projection.map(({ source, as }) => `${as}: ${source}`).join(', ')}}`;
}

const printSortKey = ({ path, direction }: SortKey): string =>
  direction === 'descending' ? `${path} desc` : path;

export function printFilter(filter: Filter): string {
  switch (filter.kind) {
    case 'comparison':
      return `${filter.path} ${filter.operator} ${printValue(filter.value)}`;
    case 'wildcard':
      return `${filter.path} = ${printValue(filter.pattern)}`;
    case 'contains':
      return `${filter.path} contains ${printValue(filter.text)}`;
    case 'within':
      return `${filter.path} within ${filter.meters} of ${filter.latitude}, ${filter.longitude}`;
    case 'and':
    case 'or':
      return filter.operands
        .map((operand) => (isJunction(operand) ? inParentheses(operand) : printFilter(operand)))
        .join(` ${filter.kind} `);
    case 'not':
      return `not ${printNegated(filter.operand)}`;
  }
}

/** Such an operand gets parentheses even where precedence would not need them: they keep the shape of the tree. */
const isJunction = (filter: Filter): boolean => filter.kind === 'and' || filter.kind === 'or';

const printNegated = (filter: Filter): string =>
  isJunction(filter) || filter.kind === 'not' ? inParentheses(filter) : printFilter(filter);

const inParentheses = (filter: Filter): string => `(${printFilter(filter)})`;

const printValue = (value: ScalarValue): string =>
  typeof value === 'string' ? `'${value.replace(/['\\]/g, '\\$&')}'` : String(value);
