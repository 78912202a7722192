import { alternatives, type JsonSchema } from './json-schema.ts'
import { typeText } from './type-text.ts'

/** Row of a table in the reference page, which describes one member of a JSON object. */
export interface MemberRow {
  /** Path to the member: `storageKeys.accessKeyId`, `checks[].privilege`. */
  readonly path: string
  readonly required: boolean
  readonly schema: JsonSchema
}

/**
 * Returns a table row for each member of an object schema, and for each member of the nested objects that have no
 * section of the page.
 */
export function memberRows(schema: JsonSchema, prefix = ''): readonly MemberRow[] {
  const { properties = {}, required = [] } = schema
  return Object.entries(properties).flatMap(([name, member]) => {
    const path = prefix + name
    return [{ path, required: required.includes(name), schema: member }, ...innerRows(member, path)]
  })
}

/**
 * Returns the table rows for the nested objects in a member: in its own schema, in the items of a list, and in the
 * alternatives of the schema.
 */
function innerRows(member: JsonSchema, path: string): readonly MemberRow[] {
  const inner = alternatives(member).filter((each) => each !== member)
  return [
    ...(member.properties === undefined ? [] : memberRows(member, `${path}.`)),
    ...(member.items === undefined ? [] : innerRows(member.items, `${path}[]`)),
    ...inner.flatMap((each) => innerRows(each, path)),
  ]
}

/**
 * Returns the Markdown table that describes the members of an object.
 *
 * @param use heading of the third column: whether a request requires the member, or whether a response always contains
 * it
 */
export function memberTable(rows: readonly MemberRow[], use: 'request' | 'response'): string {
  const heading = use === 'request' ? 'required' : 'always present'
  const lines = rows.map(
    ({ path, required, schema }) =>
      `| \`${path}\` | ${typeText(schema)} | ${required ? 'yes' : 'no'} | ${meaning(schema)} |\n`,
  )
  return `| member | type | ${heading} | meaning |\n|---|---|---|---|\n${lines.join('')}`
}

/** Returns the description of a value with its default, as the content of a cell. */
export function meaning({ description = '', default: value }: JsonSchema): string {
  const text = cell(description)
  if (value === undefined || /\bDefault\b/.test(text)) return text
  return [text, `Default: \`${JSON.stringify(value)}\`.`].filter(Boolean).join(' ')
}

/** Formats text for a cell of a table. */
export function cell(text: string): string {
  return text.replaceAll('\n', ' ').replaceAll('|', String.raw`\|`)
}
