import { format, resolveConfig } from 'prettier'
import { decoderName, docComment, toFieldType, member } from './to-field-type.ts'
import { findFile, inlineSchemas } from './wire-file-names.ts'
import { parseRefName, type Schema, type Specification } from './specification.ts'

/** Functions of `decode.ts` and `record.ts` that generated files may import. */
const helpers = {
  '../decode.ts': [
    'flag',
    'float',
    'int32',
    'int64',
    'lazy',
    'list',
    'map',
    'nullable',
    'object',
    'oneOf',
    'pair',
    'text',
    'textMap',
    'texts',
  ],
  '../record.ts': ['optional', 'optionalOrNull', 'record', 'required'],
} as const

const types = {
  '../decode.ts': ['Decoder', 'OpenEnum', 'StringMap'],
  '@headgate/json': ['Int64', 'JsonObject'],
} as const

const HEADER = '// Generated from spec/lance/spec.yaml by `npm run lance:model`. Do not edit.\n\n'

/** Generates the files of `src/model/wire`. Returns their texts by their names. */
export async function generateWireFiles(specification: Specification): Promise<ReadonlyMap<string, string>> {
  const { schemas } = specification.components
  const recursive = new Set(Object.keys(schemas).filter((name) => contains(schemas, name, name)))
  const byFile = Map.groupBy(
    Object.keys(schemas).filter((name) => !inlineSchemas.has(name)),
    findFile,
  )
  const config = await resolveConfig(import.meta.filename)
  const texts = [...byFile].map(async ([file, names]) => {
    const ordered = dependenciesFirst(schemas, names, recursive)
    const body = ordered.map((name) => declaration(specification, name, recursive)).join('\n')
    const refs = names.flatMap((name) => collectRefs(schemas[name] ?? {}))
    const text = `${HEADER}${imports(file, body, refs)}\n\n${body}`
    return [`${file}.ts`, await format(text, { ...config, parser: 'typescript' })] as const
  })
  return new Map(await Promise.all(texts))
}

function declaration(specification: Specification, name: string, recursive: ReadonlySet<string>): string {
  const schema = specification.components.schemas[name] ?? {}
  const comment = docComment(schema.description)
  const reader = `export const ${decoderName(name)}: Decoder<${name}> =`
  if (schema.properties === undefined) {
    const { type, decoder } = toFieldType(specification, { ...schema }, recursive)
    return `${comment}export type ${name} = ${type}\n\n${reader} ${decoder}\n`
  }
  const fields = Object.entries(schema.properties).map(([field, each]) => ({
    ...member(field, toFieldType(specification, each, recursive), schema.required?.includes(field) ?? false),
    comment: docComment(each.description),
  }))
  const members = fields.map((field) => `${field.comment}${field.declaration}`).join('\n')
  const readers = fields.map((field) => field.reader).join(',\n')
  return `${comment}export interface ${name} {\n${members}\n}\n\n${reader} record({ ${readers} })\n`
}

/** Returns the lines that import all names that the text of a generated file contains. */
function imports(file: string, body: string, refs: readonly string[]): string {
  const code = body.replaceAll(/\/\*[\s\S]*?\*\//g, '')
  const used = (name: string): boolean => new RegExp(`(?<![\\w.'])${name}\\b(?!\\??:)`).test(code)
  const named = new Map<string, Set<string>>()
  const add = (from: string, what: string): unknown =>
    named.set(from, new Set([...(named.get(from) ?? []), what]))
  for (const [from, names] of Object.entries(helpers))
    for (const each of names) if (used(each)) add(from, each)
  for (const [from, names] of Object.entries(types))
    for (const each of names) if (used(each)) add(from, `type ${each}`)
  for (const ref of refs) {
    if (inlineSchemas.has(ref) || findFile(ref) === file) continue
    add(`./${findFile(ref)}.ts`, decoderName(ref))
    add(`./${findFile(ref)}.ts`, `type ${ref}`)
  }
  return [...named]
    .toSorted(([a], [b]) => rank(a) - rank(b) || (a < b ? -1 : 1))
    .map(([from, names]) => importLine(from, [...names]))
    .join('\n')
}

const rank = (from: string): number => (from.startsWith('@') ? 0 : from.startsWith('../src/') ? 1 : 2)

function importLine(from: string, names: readonly string[]): string {
  const bare = names.map((name) => name.replace(/^type /, ''))
  const onlyTypes = names.every((name) => name.startsWith('type '))
  return onlyTypes
    ? `import type { ${bare.join(', ')} } from '${from}'`
    : `import { ${names.toSorted().join(', ')} } from '${from}'`
}

/**
 * Sorts schemas so that each schema follows the schemas that its decoder uses. Recursive schemas refer to themselves
 * only in lazy decoders.
 */
function dependenciesFirst(
  schemas: Readonly<Record<string, Schema>>,
  names: readonly string[],
  recursive: ReadonlySet<string>,
): readonly string[] {
  const done = new Set<string>()
  const visit = (name: string): void => {
    if (done.has(name) || !names.includes(name)) return
    for (const ref of collectRefs(schemas[name] ?? {})) if (!recursive.has(ref)) visit(ref)
    done.add(name)
  }
  for (const name of names) visit(name)
  return [...done]
}

function collectRefs({
  $ref,
  properties = {},
  items,
  additionalProperties,
  oneOf = [],
}: Schema): readonly string[] {
  const parts = [...Object.values(properties), ...oneOf]
  if (items !== undefined) parts.push(items)
  if (additionalProperties !== undefined) parts.push(additionalProperties)
  return [...($ref === undefined ? [] : [parseRefName($ref)]), ...parts.flatMap((part) => collectRefs(part))]
}

/** Returns whether a schema contains a reference to another schema, at any depth. */
function contains(
  schemas: Readonly<Record<string, Schema>>,
  name: string,
  sought: string,
  seen = new Set<string>(),
): boolean {
  if (seen.has(name)) return false
  seen.add(name)
  const refs = collectRefs(schemas[name] ?? {})
  return refs.includes(sought) || refs.some((ref) => contains(schemas, ref, sought, seen))
}
