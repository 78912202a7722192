import { parseRefName, type Schema } from './openapi-document.ts'

/** Returns the TypeScript type of a schema. */
export function renderType(schema: Schema): string {
  const choices = schema.anyOf ?? schema.oneOf
  if (schema.$ref !== undefined) return parseRefName(schema.$ref)
  if (choices !== undefined) return choices.map(renderType).join(' | ')
  if (Array.isArray(schema.type))
    return schema.type.map((type) => renderType({ ...schema, type })).join(' | ')
  if (schema.const !== undefined) return renderConst(schema.const)
  if (schema.enum !== undefined) return `OpenEnum<${schema.enum.map(quote).join(' | ')}>`
  switch (schema.type) {
    case 'null':
    case 'string':
    case 'boolean':
      return schema.type
    case 'integer':
    case 'number':
      return 'number'
    case 'array':
      return `readonly (${renderType(schema.items ?? {})})[]`
    case 'object':
      return schema.properties === undefined ? renderMap(schema) : renderMembers(schema)
    case undefined:
      return 'Json'
    default:
      throw new Error(`The type ${JSON.stringify(schema.type)} is not supported.`)
  }
}

function renderMap({ additionalProperties }: Schema): string {
  return `Readonly<Record<string, ${renderType(additionalProperties || {})}>>`
}

function renderMembers({ properties = {}, required = [] }: Schema): string {
  const members = Object.entries(properties).map(([name, each]) =>
    required.includes(name)
      ? `readonly ${name}: ${renderType(each)}`
      : `readonly ${name}?: ${renderType(each)} | undefined`,
  )
  return `{ ${members.join('; ')} }`
}

/**
 * Returns the TypeScript expression of a decoder, which checks that members are present and of the right JSON type.
 * The decoder accepts unknown members, and unknown values of an enumeration, because a newer server can send them.
 */
export function renderDecoder(schema: Schema): string {
  const choices = schema.anyOf ?? schema.oneOf
  if (schema.$ref !== undefined) return decoderName(parseRefName(schema.$ref))
  if (choices !== undefined) return renderChoice(choices)
  if (Array.isArray(schema.type)) return renderChoice(schema.type.map((type) => ({ ...schema, type })))
  if (schema.const !== undefined) return `z.literal(${renderConst(schema.const)})`
  switch (schema.type) {
    case 'null':
    case 'string':
    case 'boolean':
      return `z.${schema.type}()`
    case 'integer':
    case 'number':
      return 'z.number()'
    case 'array':
      return `z.array(${renderDecoder(schema.items ?? {})})`
    case 'object':
      return schema.properties === undefined ? renderMapDecoder(schema) : renderMemberDecoders(schema)
    default:
      return 'z.custom<Json>()'
  }
}

function renderChoice(choices: readonly Schema[]): string {
  const others = choices.filter(({ type }) => type !== 'null')
  const [only] = others
  const decoder =
    only !== undefined && others.length === 1
      ? renderDecoder(only)
      : `z.union([${others.map(renderDecoder).join(', ')}])`
  return others.length === choices.length ? decoder : `${decoder}.nullable()`
}

function renderMapDecoder({ additionalProperties }: Schema): string {
  return `z.record(z.string(), ${renderDecoder(additionalProperties || {})})`
}

function renderMemberDecoders({ properties = {}, required = [] }: Schema): string {
  const members = Object.entries(properties).map(
    ([name, each]) => `${name}: ${renderDecoder(each)}${required.includes(name) ? '' : '.optional()'}`,
  )
  return `z.object({ ${members.join(', ')} })`
}

/** Returns the name of the generated constant that decodes a type. */
export const decoderName = (type: string): string => `${type[0]?.toLowerCase()}${type.slice(1)}Decoder`

/** Returns the names of the components that a schema references directly, at any depth. */
export function collectRefs(schema: Schema): readonly string[] {
  const { $ref, properties = {}, additionalProperties, items, anyOf = [], oneOf = [] } = schema
  const inner = [...Object.values(properties), ...anyOf, ...oneOf]
  if (additionalProperties) inner.push(additionalProperties)
  if (items !== undefined) inner.push(items)
  return [...($ref === undefined ? [] : [parseRefName($ref)]), ...inner.flatMap(collectRefs)]
}

const renderConst = (value: string | boolean): string =>
  typeof value === 'string' ? quote(value) : String(value)
const quote = (text: string): string => `'${text}'`
