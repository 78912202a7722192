import type { OpenapiDocument } from '../openapi.ts'
import { alternatives, type JsonSchema, refName } from './json-schema.ts'
import { memberRows, memberTable } from './member-rows.ts'
import { typeText } from './type-text.ts'

const introduction = `## Objects

A request must contain the members that are required. A response always contains them.

`

/**
 * Returns the sections of the reference page that describe named schemas: those to which the sections of the operations
 * link, directly or through other named schemas.
 */
export function componentSections({ components }: OpenapiDocument, operations: string): string {
  const schemas = components['schemas'] as Readonly<Record<string, JsonSchema>>
  const texts = new Map<string, string>()
  const add = (text: string): void => {
    for (const [, anchor = ''] of text.matchAll(/\]\(#([a-z0-9]+)\)/g)) {
      const name = Object.keys(schemas).find((each) => each.toLowerCase() === anchor) ?? ''
      const schema = schemas[name]
      if (schema === undefined || texts.has(name)) continue
      const section = componentSection(name, schema)
      texts.set(name, section)
      add(section)
    }
  }
  add(operations)
  const sorted = [...texts].toSorted(([one], [other]) => (one < other ? -1 : 1)).map(([, text]) => text)
  return `${introduction}${sorted.join('\n')}`
}

function componentSection(name: string, schema: JsonSchema): string {
  const { description = '' } = schema
  const parts = alternatives(schema)
  const objects = parts.filter((part) => part.properties !== undefined)
  const tables =
    parts.length === 1
      ? objects.map((part) => memberTable(memberRows(part), 'request').trimEnd())
      : [`One of these: ${parts.map(alternativeText).join('; ')}.`, ...objects.map(alternativeTable)]
  const plain = objects.length === 0 && parts.length === 1 ? [`${typeText(schema)}.`] : []
  return `${[`### ${name}`, description, ...plain, ...tables].filter((part) => part !== '').join('\n\n')}\n`
}

/**
 * Returns a text that distinguishes one alternative of a schema from the others, such as ``an object with `type` `s3`
 * ``: by the member with a fixed value, or by the required members.
 */
function alternativeText(part: JsonSchema): string {
  if (part.properties === undefined || refName(part) !== null) return typeText(part)
  const fixed = Object.entries(part.properties).find(([, member]) => member.const !== undefined)
  if (fixed !== undefined) return `an object with \`${fixed[0]}\` ${typeText(fixed[1])}`
  return `an object with ${(part.required ?? []).map((name) => `\`${name}\``).join(' and ')}`
}

function alternativeTable(part: JsonSchema): string {
  const text = alternativeText(part)
  return `Members of ${text}:\n\n${memberTable(memberRows(part), 'request').trimEnd()}`
}
