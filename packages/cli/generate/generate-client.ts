import { format, resolveConfig } from 'prettier'
import type { OpenapiDocument, Schema } from './openapi-document.ts'
import { type Operation, operationSchemas, renderOperation } from './render-operation.ts'
import { membersName, renderMembers, renderRequest, requestName } from './render-request.ts'
import { collectRefs, decoderName, renderDecoder, renderType } from './render-schema.ts'

const header = '// Generated from docs/reference/management-openapi.json by `npm run docs`. Do not edit.\n\n'

/** Names that generated files can import, keyed by the path of the module that exports them. */
const modules = {
  '@headgate/json': ['type Json'],
  zod: ['z'],
  '../../connection/client.ts': ['type Client'],
  '../../connection/path.ts': ['path'],
  '../../connection/response.ts': ['decodeLater', 'type DecodedResponse', 'type Response'],
  '../members.ts': ['type Members'],
  '../open-enum.ts': ['type OpenEnum'],
} as const

/**
 * Components of the OpenAPI document that documents of `headgate apply` contain. The generated file `requests.ts` has
 * a strict schema for each of them.
 */
const requestComponents = ['FileStorage', 'S3Storage', 'Vending', 'WarehouseChange', 'EngineChange']

/**
 * Generates the client of the management API: two files with schemas, and one file with the operations of each tag.
 * Returns the texts of the files by file name.
 */
export async function generateClient(document: OpenapiDocument): Promise<ReadonlyMap<string, string>> {
  const operations = readOperations(document)
  const texts = new Map([
    ['schemas.ts', renderSchemas(document, operations)],
    ['requests.ts', renderRequests(document)],
  ])
  for (const [tag, tagged] of Map.groupBy(operations, ({ tags: [tag] }) => tag))
    texts.set(`${tag}.ts`, renderOperations(tagged, Object.keys(document.components.schemas)))
  const config = await resolveConfig(import.meta.filename)
  const formatted = [...texts].map(
    async ([name, text]) => [name, await format(header + text, { ...config, parser: 'typescript' })] as const,
  )
  return new Map(await Promise.all(formatted))
}

function readOperations({ paths }: OpenapiDocument): readonly Operation[] {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ ...operation, method, path })),
  )
}

/**
 * Returns the text of `schemas.ts`: the type of each component, and a decoder of each component that a response
 * contains.
 */
function renderSchemas(
  { components: { schemas } }: OpenapiDocument,
  operations: readonly Operation[],
): string {
  const responses = operations.flatMap((operation) => operationSchemas(operation).response ?? [])
  const decoded = dependenciesFirst(schemas, responses.flatMap(collectRefs))
  const types = Object.entries(schemas).map(
    ([name, schema]) => `export type ${name} = ${renderType(schema)}\n`,
  )
  const decoders = decoded.map(
    (name) =>
      `export const ${decoderName(name)}: z.ZodType<${name}> = ${renderDecoder(schemas[name] ?? {})}\n`,
  )
  const body = [...types, ...decoders].join('\n')
  return `${renderImports(body, modules)}\n\n${body}`
}

/** Returns the text of `requests.ts`: strict schemas, which refuse unknown members. */
function renderRequests({ components: { schemas } }: OpenapiDocument): string {
  const present = requestComponents.filter((name) => schemas[name] !== undefined)
  const body = dependenciesFirst(schemas, present)
    .map((name) => renderRequestComponent(name, schemas[name] ?? {}))
    .join('\n')
  const types = Object.keys(schemas).map((name) => `type ${name}`)
  return `${renderImports(body, { ...modules, './schemas.ts': types })}\n\n${body}`
}

function renderRequestComponent(name: string, schema: Schema): string {
  const request = `export const ${requestName(name)}: z.ZodType<${name}> = `
  if (schema.properties === undefined) return `${request}${renderRequest(schema)}\n`
  const members = `export const ${membersName(name)}: Members<${name}> = ${renderMembers(schema)}\n`
  return `${members}\n${request}z.strictObject(${membersName(name)})\n`
}

function renderOperations(operations: readonly Operation[], components: readonly string[]): string {
  const body = operations.map(renderOperation).join('\n')
  const schemas = components.flatMap((name) => [decoderName(name), `type ${name}`])
  return `${renderImports(body, { ...modules, './schemas.ts': schemas })}\n\n${body}`
}

/** Returns the import lines for the names that a text contains. */
function renderImports(body: string, exported: Readonly<Record<string, readonly string[]>>): string {
  const code = body.replaceAll(/\/\*[^]*?\*\//g, '').replaceAll(/"(?:[^"\\]|\\.)*"|'[^']*'/g, '')
  const lines = Object.entries(exported).map(([from, names]) => {
    const used = names.filter((name) => new RegExp(String.raw`\b${bare(name)}\b(?!\??:)`).test(code))
    if (used.length === 0) return ''
    return used.every((name) => name.startsWith('type '))
      ? `import type { ${used.map(bare).join(', ')} } from '${from}'\n`
      : `import { ${used.toSorted().join(', ')} } from '${from}'\n`
  })
  return lines.join('')
}

const bare = (name: string): string => name.replace(/^type /, '')

/**
 * Returns the named components and all components inside them. Each component comes after the components that it
 * contains.
 */
function dependenciesFirst(
  schemas: Readonly<Record<string, Schema>>,
  names: readonly string[],
): readonly string[] {
  const ordered = new Set<string>()
  const visit = (name: string, path: readonly string[]): void => {
    if (ordered.has(name)) return
    if (path.includes(name)) throw new Error(`The schema ${name} contains itself, which is not supported.`)
    for (const ref of collectRefs(schemas[name] ?? {})) visit(ref, [...path, name])
    ordered.add(name)
  }
  for (const name of names.toSorted()) visit(name, [])
  return [...ordered]
}
