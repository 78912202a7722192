import { alternatives, type JsonSchema } from './json-schema.ts'
import { typeText } from './type-text.ts'

/** Member of an object, as a row of a table. */
export interface MemberRow {
  /** Path to the member: `storageKeys.accessKeyId`, `checks[].privilege`. */
  readonly path: string
  readonly required: boolean
  readonly schema: JsonSchema
}

/** Returns the members of an object, and those of unnamed objects in it. */
export function memberRows(schema: JsonSchema, prefix = ''): readonly MemberRow[] {
  const { properties = {}, required = [] } = schema
  return Object.entries(properties).flatMap(([name, member]) => {
    const path = prefix + name
    return [{ path, required: required.includes(name), schema: member }, ...innerRows(member, path)]
  })
}

/** Returns the members of objects in a member: of the member itself, of its items and of its alternatives. */
function innerRows(member: JsonSchema, path: string): readonly MemberRow[] {
  const inner = alternatives(member).filter((each) => each !== member)
  return [
    ...(member.properties === undefined ? [] : memberRows(member, `${path}.`)),
    ...(member.items === undefined ? [] : innerRows(member.items, `${path}[]`)),
    ...inner.flatMap((each) => innerRows(each, path)),
  ]
}

/** Returns a table of members. Responses always contain all members, except the optional ones. */
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
