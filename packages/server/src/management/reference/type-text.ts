import { alternatives, type JsonSchema, refName } from './json-schema.ts'

const names: Readonly<Record<string, string>> = {
  string: 'text',
  integer: 'whole number',
  number: 'number',
  boolean: 'true or false',
  object: 'object',
  null: 'null',
}

const formats: Readonly<Record<string, string>> = { 'date-time': 'time', uri: 'URL' }

/** Describes the values that a schema accepts, as Markdown for one cell of a table. */
export function typeText(schema: JsonSchema): string {
  const name = refName(schema)
  if (name !== null) return `[${name}](#${name.toLowerCase()})`
  const parts = alternatives(schema)
  if (parts.length > 1 || parts[0] !== schema) return parts.map(typeText).join(' or ')
  if (schema.const !== undefined) return code(schema.const)
  if (schema.enum !== undefined) return schema.enum.map(code).join(', ')
  if (schema.type === undefined) return 'any JSON'
  return [schema.type]
    .flat()
    .map((type) => plainType(type, schema))
    .join(' or ')
}

function plainType(type: string, schema: JsonSchema): string {
  const { format = '', items = {}, additionalProperties, pattern } = schema
  if (type === 'array') {
    const size = limits(schema.minItems, schema.maxItems, ' items')
    return `list of ${typeText(items)}${size === '' ? '' : `, ${size}`}`
  }
  if (
    type === 'object' &&
    typeof additionalProperties === 'object' &&
    additionalProperties.type !== undefined
  )
    return `object with values of type ${typeText(additionalProperties)}`
  if (type === 'string') {
    if (format === 'uuid') return 'id'
    const size = limits(schema.minLength, schema.maxLength, ' characters')
    const form = pattern === undefined ? '' : `matches ${inlineCode(pattern)}`
    return withLimits(formats[format] ?? 'text', [size, form])
  }
  const name = names[type] ?? type
  return type === 'integer' || type === 'number' ? withLimits(name, [range(schema)]) : name
}

function withLimits(name: string, parts: readonly string[]): string {
  const stated = parts.filter((part) => part !== '')
  return stated.length === 0 ? name : `${name} (${stated.join(', ')})`
}

function limits(min: number | undefined, max: number | undefined, unit: string): string {
  if (min !== undefined && max !== undefined) return `${count(min)} to ${count(max)}${unit}`
  if (max !== undefined) return `at most ${count(max)}${unit}`
  return min === undefined ? '' : `at least ${count(min)}${unit}`
}

function range({ minimum, exclusiveMinimum, maximum }: JsonSchema): string {
  const min = finite(minimum) ?? (exclusiveMinimum === undefined ? undefined : exclusiveMinimum + 1)
  return limits(min, finite(maximum), '')
}

/**
 * Returns the minimum or maximum of a number, or undefined for ±(2^53 − 1), which the page omits: it only states that
 * the number is an exact integer in JavaScript.
 */
function finite(limit: number | undefined): number | undefined {
  return limit === undefined || Math.abs(limit) === Number.MAX_SAFE_INTEGER ? undefined : limit
}

const count = (number: number): string => number.toLocaleString('en-US')

const code = (value: unknown): string => inlineCode(JSON.stringify(value))

/** Formats text as code in a cell, in which a vertical bar must be escaped. */
function inlineCode(text: string): string {
  return `\`${text.replaceAll('|', String.raw`\|`)}\``
}
