import { parseRefName, type Schema, type Specification } from './specification.ts'

/** TypeScript code for a schema: the text of its type, and the text of the expression that decodes it. */
export interface FieldType {
  readonly type: string
  readonly decoder: string
  readonly nullable: boolean
  /** Names of the schemas that the type and the decoder refer to. */
  readonly refs: readonly string[]
}

const scalar = (type: string, decoder: string): FieldType => ({ type, decoder, nullable: false, refs: [] })

/** Converts a schema to its TypeScript type and decoder. The decoders of recursive schemas are lazy. */
export function toFieldType(
  specification: Specification,
  schema: Schema,
  recursive: ReadonlySet<string>,
): FieldType {
  const inner = (each: Schema): FieldType => toFieldType(specification, each, recursive)
  if (schema.$ref !== undefined) {
    const name = parseRefName(schema.$ref)
    const target = specification.components.schemas[name]
    if (target === undefined) throw new Error(`The specification has no schema ${name}.`)
    const isPage = name === 'PageToken' || name === 'PageLimit'
    const found = isPage ? inner(target) : reference(name, recursive)
    return { ...found, nullable: found.nullable || schema.nullable === true }
  }
  if (schema.oneOf !== undefined) {
    const [only, ...others] = schema.oneOf.filter(({ type }) => type !== 'null')
    if (only === undefined || others.length > 0)
      throw new Error('A choice of several types is not supported.')
    return { ...inner(only), nullable: schema.oneOf.length > 1 }
  }
  const types = typeof schema.type === 'string' ? [schema.type] : (schema.type ?? [])
  const nullable = schema.nullable === true || types.includes('null')
  return {
    ...bare(
      schema,
      types.find((type) => type !== 'null'),
      inner,
    ),
    nullable,
  }
}

function reference(name: string, recursive: ReadonlySet<string>): FieldType {
  const decoder = decoderName(name)
  return {
    type: name,
    decoder: recursive.has(name) ? `lazy(() => ${decoder})` : decoder,
    nullable: false,
    refs: [name],
  }
}

function bare(schema: Schema, type: string | undefined, inner: (each: Schema) => FieldType): FieldType {
  switch (type) {
    case 'string':
      return stringType(schema)
    case 'boolean':
      return scalar('boolean', 'flag')
    case 'integer':
      return schema.format === 'int32' ? scalar('number', 'int32') : scalar('Int64', 'int64')
    case 'number':
      return scalar('number', 'float')
    case 'array':
      return array(schema, inner)
    case 'object':
      return objectType(schema, inner)
    default:
      throw new Error(`The type ${type} is not supported.`)
  }
}

function array({ items = {}, minItems, maxItems }: Schema, inner: (each: Schema) => FieldType): FieldType {
  const item = orNull(inner(items))
  if (minItems === 2 && maxItems === 2) return scalar('readonly [string, string]', 'pair')
  const decoder = item.decoder === 'text' ? 'texts' : `list(${item.decoder})`
  return { type: `readonly (${item.type})[]`, decoder, nullable: false, refs: item.refs }
}

function objectType(schema: Schema, inner: (each: Schema) => FieldType): FieldType {
  if (schema.properties !== undefined) return members(schema, inner)
  if (schema.additionalProperties === undefined) return scalar('JsonObject', 'object')
  const value = orNull(inner(schema.additionalProperties))
  if (value.type === 'string') return scalar('StringMap', 'textMap')
  return { ...value, type: `Readonly<Record<string, ${value.type}>>`, decoder: `map(${value.decoder})` }
}

/** Converts an object schema without a name to its TypeScript type and decoder. */
function members({ properties = {}, required = [] }: Schema, inner: (each: Schema) => FieldType): FieldType {
  const fields = Object.entries(properties).map(([name, schema]) => ({
    ...member(name, inner(schema), required.includes(name)),
    comment: docComment(schema.description),
  }))
  const bare = `{ ${fields.map(({ declaration }) => declaration).join('\n')} }`
  return {
    type: `{ ${fields.map(({ comment, declaration }) => comment + declaration).join('\n')} }`,
    decoder: `record<${bare}>({ ${fields.map(({ reader }) => reader).join(', ')} })`,
    nullable: false,
    refs: fields.flatMap(({ refs }) => refs),
  }
}

/** Converts one member of an object schema to its declaration and its decoder. */
export function member(
  name: string,
  found: FieldType,
  required: boolean,
): { declaration: string; reader: string; refs: readonly string[] } {
  const { type, nullable, refs } = found
  const decoder = found.decoder
  const whole = nullable ? `${type} | null` : type
  if (required)
    return {
      declaration: `readonly ${name}: ${whole}`,
      reader: `${name}: required(${nullable ? `nullable(${decoder})` : decoder})`,
      refs,
    }
  return {
    declaration: `readonly ${name}?: ${whole} | undefined`,
    reader: `${name}: ${nullable ? 'optionalOrNull' : 'optional'}(${decoder})`,
    refs,
  }
}

function orNull(found: FieldType): FieldType {
  if (!found.nullable) return found
  return { ...found, type: `${found.type} | null`, decoder: `nullable(${found.decoder})` }
}

/**
 * Converts a string schema to its TypeScript type and decoder. If the description of the schema lists values, the
 * type suggests these values and accepts others.
 */
function stringType({ enum: values, description = '' }: Schema): FieldType {
  if (values !== undefined) {
    const quoted = values.map((value) => `'${value}'`)
    return scalar(quoted.join(' | '), `oneOf(${quoted.join(', ')})`)
  }
  const [, listed = ''] = /Valid values are:\n([\s\S]*)/.exec(description) ?? []
  const known = [...listed.matchAll(/^\s*[*-] (\w+)(?: \(default\))?:/gm)].map(([, value]) => `'${value}'`)
  return scalar(known.length === 0 ? 'string' : `OpenEnum<${known.join(' | ')}>`, 'text')
}

export const decoderName = (schema: string): string => `decode${schema}`

/** Maximum length of a line in generated comments, in characters. */
const WIDTH = 105

/** Formats a description of the specification as a docstring. */
export function docComment(description: string | undefined): string {
  if (description === undefined) return ''
  const lines = description.trim().replaceAll('*/', '*\\/').split('\n').flatMap(wrap)
  if (lines.length === 1) return `/** ${lines.join('')} */\n`
  return `/**\n${lines.map((line) => ` * ${line}`.trimEnd()).join('\n')}\n */\n`
}

/** Wraps a long line into several lines with the same indentation. */
function wrap(line: string): readonly string[] {
  const indent = /^\s*/.exec(line)?.[0] ?? ''
  return line
    .slice(indent.length)
    .split(' ')
    .reduce<readonly string[]>((lines, word) => {
      const last = lines.at(-1)
      if (last !== undefined && last.length + 1 + word.length <= WIDTH)
        return [...lines.slice(0, -1), `${last} ${word}`]
      return [...lines, indent + word]
    }, [])
}
