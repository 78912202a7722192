import { parseRefName, type Schema } from './openapi-document.ts'

/**
 * Returns the TypeScript expression of a strict schema for texts that people write. Unlike a decoder, a strict schema
 * refuses unknown members, and values that the server would refuse.
 */
export function renderRequest(schema: Schema): string {
  const { description, default: fallback, ...rest } = schema
  const described = description === undefined ? '' : `.describe(${JSON.stringify(description)})`
  const preset = fallback === undefined ? '' : `.default(${JSON.stringify(fallback)})`
  return renderBare(rest) + preset + described
}

function renderBare(schema: Schema): string {
  const choices = schema.anyOf ?? schema.oneOf
  if (schema.$ref !== undefined) return requestName(parseRefName(schema.$ref))
  if (choices !== undefined) return renderChoice(choices)
  if (Array.isArray(schema.type)) return renderChoice(schema.type.map((type) => ({ ...schema, type })))
  if (schema.const !== undefined) return `z.literal(${JSON.stringify(schema.const)})`
  if (schema.enum !== undefined)
    return `z.enum([${schema.enum.map((each) => JSON.stringify(each)).join(', ')}])`
  switch (schema.type) {
    case 'string':
      return `z.string()${limit('min', schema.minLength)}${limit('max', schema.maxLength)}${renderPattern(schema)}`
    case 'integer':
      return `z.int()${limit('min', schema.minimum)}${limit('gt', schema.exclusiveMinimum)}${limit('max', schema.maximum)}`
    case 'boolean':
      return 'z.boolean()'
    case 'array':
      return `z.array(${renderRequest(schema.items ?? {})})${limit('min', schema.minItems)}${limit('max', schema.maxItems)}`
    case 'object':
      return schema.properties === undefined
        ? `z.record(z.string(), ${renderRequest(schema.additionalProperties || {})})`
        : `z.strictObject(${renderMembers(schema)})`
    default:
      throw new Error(`The type ${JSON.stringify(schema.type)} is not supported in a request.`)
  }
}

/** Returns the TypeScript object literal that has the strict schema of each member of an object. */
export function renderMembers({ properties = {}, required = [] }: Schema): string {
  const members = Object.entries(properties).map(([name, member]) => {
    const optional = required.includes(name) || member.default !== undefined ? '' : '.optional()'
    return `${name}: ${renderRequest(member)}${optional}`
  })
  return `{ ${members.join(', ')} }`
}

function renderChoice(choices: readonly Schema[]): string {
  const others = choices.filter(({ type }) => type !== 'null')
  const [only] = others
  const discriminator = findDiscriminator(others)
  const union =
    only !== undefined && others.length === 1
      ? renderRequest(only)
      : discriminator === undefined
        ? `z.union([${others.map(renderRequest).join(', ')}])`
        : `z.discriminatedUnion('${discriminator}', [${others.map(renderRequest).join(', ')}])`
  return others.length === choices.length ? union : `${union}.nullable()`
}

/**
 * Returns the name of a member that is a constant in every choice of a union, or undefined if there is no such member.
 */
function findDiscriminator([first, ...others]: readonly Schema[]): string | undefined {
  const isConstant = (name: string): boolean =>
    others.every(({ properties = {} }) => properties[name]?.const !== undefined)
  return Object.keys(first?.properties ?? {}).find(
    (name) => first?.properties?.[name]?.const !== undefined && isConstant(name),
  )
}

function limit(method: string, value: number | undefined): string {
  return value === undefined ? '' : `.${method}(${value})`
}

function renderPattern({ pattern }: Schema): string {
  return pattern === undefined ? '' : `.regex(new RegExp(${JSON.stringify(pattern)}))`
}

/** Returns the name of the generated constant with the strict schema of a type. */
export const requestName = (type: string): string => `${type[0]?.toLowerCase()}${type.slice(1)}Request`

/** Returns the name of the generated constant with the schemas of the members of a type. */
export const membersName = (type: string): string => `${type[0]?.toLowerCase()}${type.slice(1)}Members`
