import type { DocumentedOperation, Schema } from './openapi-document.ts'
import { decoderName, renderDecoder, renderType } from './render-schema.ts'

/** Operation of the management API with its method and path in the OpenAPI document. */
export interface Operation extends DocumentedOperation {
  readonly method: string
  /** Path of the URL, with `{name}` for each path parameter. */
  readonly path: string
}

/** Schemas of an operation. A member is undefined if the operation has no such schema. */
export interface OperationSchemas {
  readonly query: Schema | undefined
  readonly request: Schema | undefined
  readonly response: Schema | undefined
}

export function operationSchemas({ parameters, requestBody, responses }: Operation): OperationSchemas {
  const query = parameters.filter((each) => each.in === 'query')
  const [[, success] = []] = Object.entries(responses).filter(([status]) => status.startsWith('2'))
  return {
    query:
      query.length === 0
        ? undefined
        : {
            type: 'object',
            properties: Object.fromEntries(query.map(({ name, schema }) => [name, schema])),
            required: query.filter(({ required }) => required).map(({ name }) => name),
          },
    request: requestBody?.content['application/json'].schema,
    response: success?.content?.['application/json'].schema,
  }
}

/** Returns the declarations of an operation: its types, the decoder of its response, and its function. */
export function renderOperation(operation: Operation): string {
  const { query, request, response } = operationSchemas(operation)
  const name = `${operation.operationId[0]?.toUpperCase()}${operation.operationId.slice(1)}`
  const types = [
    declareType(`${name}Query`, query),
    declareType(`${name}Request`, request),
    declareType(`${name}Response`, response),
  ]
  const decoder =
    response === undefined || response.$ref !== undefined
      ? ''
      : `const ${decoderName(`${name}Response`)}: z.ZodType<${name}Response> = ${renderDecoder(response)}\n\n`
  return `${types.join('')}${decoder}${renderFunction(operation, name)}`
}

function declareType(name: string, schema: Schema | undefined): string {
  return schema === undefined || schema.$ref !== undefined
    ? ''
    : `export type ${name} = ${renderType(schema)}\n\n`
}

function renderFunction(operation: Operation, name: string): string {
  const { query, request, response } = operationSchemas(operation)
  const responseName = toTypeName(response, `${name}Response`)
  const inputs = [
    ...pathParameters(operation).map((each) => ({ name: each, type: 'string', required: true })),
    ...(query === undefined
      ? []
      : [{ name: 'query', type: `${name}Query`, required: (query.required ?? []).length > 0 }]),
    ...(request === undefined
      ? []
      : [{ name: 'body', type: toTypeName(request, `${name}Request`), required: true }]),
  ]
  const call = [
    `method: '${operation.method.toUpperCase()}'`,
    `path: ${renderPath(operation)}`,
    ...(query === undefined ? [] : ['query']),
    ...(request === undefined ? [] : ['body']),
  ].join(', ')
  const send = `client.send({ ${call} })`
  const result = response === undefined ? 'Response' : `DecodedResponse<${responseName}>`
  const body =
    response === undefined
      ? `return ${send}`
      : `return decodeLater(await ${send}, ${renderDecoder(response.$ref === undefined ? { $ref: `${name}Response` } : response)})`
  return `/** ${operation.summary} */
export ${response === undefined ? '' : 'async '}function ${operation.operationId}(${['client: Client', ...renderInput(inputs)].join(', ')}): Promise<${result}> {
  ${body}
}
`
}

interface Input {
  readonly name: string
  readonly type: string
  readonly required: boolean
}

function renderInput(inputs: readonly Input[]): readonly string[] {
  if (inputs.length === 0) return []
  const members = inputs.map(({ name, type, required }) =>
    required ? `readonly ${name}: ${type}` : `readonly ${name}?: ${type} | undefined`,
  )
  const fallback = inputs.some(({ required }) => required) ? '' : ' = {}'
  return [`{ ${inputs.map(({ name }) => name).join(', ')} }: { ${members.join('; ')} }${fallback}`]
}

function toTypeName(schema: Schema | undefined, inlineName: string): string {
  return schema?.$ref === undefined ? inlineName : renderType(schema)
}

function pathParameters({ path }: Operation): readonly string[] {
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name)
  const clash = names.find((name) => ['query', 'body', 'client', 'path'].includes(name))
  if (clash !== undefined)
    throw new Error(
      `The generated function cannot have a path parameter ${clash}. Rename the parameter in ${path}.`,
    )
  return names
}

function renderPath({ path }: Operation): string {
  return path.includes('{') ? `path\`${path.replaceAll('{', '${')}\`` : `'${path}'`
}
