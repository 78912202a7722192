import { z } from 'zod'
import type { OpenOperation } from '../operation/open-operation.ts'
import type { Operation } from '../operation/operation.ts'
import type { ManagementOperation, OperationSpec } from './define.ts'

type Schema = Record<string, unknown>

/** An OpenAPI 3.1 document: its schemas are JSON Schema 2020-12 as zod writes it. */
export interface OpenapiDocument {
  readonly openapi: '3.1.1'
  readonly info: Schema
  readonly servers: readonly Schema[]
  readonly security: readonly Schema[]
  readonly paths: Readonly<Record<string, Schema>>
  readonly components: Schema
}

/** Returns the document of these operations. The text is the same for the same operations. */
export function openapiDocument(operations: readonly ManagementOperation[]): OpenapiDocument {
  const schemas = new Map<string, unknown>()
  const paths: Record<string, Schema> = {}
  for (const operation of operations.toSorted((a, b) => (a.path < b.path ? -1 : 1))) {
    const path = operation.path.replaceAll(/:(\w+)/g, '{$1}')
    paths[path] = { ...paths[path], [operation.method.toLowerCase()]: operationObject(operation, schemas) }
  }
  return {
    openapi: '3.1.1',
    info: {
      title: 'Headgate management',
      version: '1',
      description:
        'Principals, roles, grants and audit of a Headgate server. Every operation needs an access token.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    security: [{ bearer: [] }],
    paths,
    components: {
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
      responses: {
        Error: { description: 'Names the refused input, and the next step.', content: json(errorSchema) },
      },
      schemas: Object.fromEntries([...schemas].toSorted(([a], [b]) => (a < b ? -1 : 1))),
    },
  }
}

/**
 * Returns the operations that serve the document: with the described operations, and at `/openapi.json`, where browsers
 * and generators request it without a token. It is the same for every server and holds nothing secret.
 */
export function openapiOperations(operations: readonly ManagementOperation[]): {
  readonly operation: Operation
  readonly open: OpenOperation
} {
  const body = JSON.stringify(openapiDocument(operations))
  const response = { status: 200, headers: { 'content-type': 'application/json' }, body }
  const method = 'GET'
  return {
    operation: {
      id: 'getManagementOpenapi',
      method,
      path: '/management/v1/openapi.json',
      handle: () => Promise.resolve(response),
    },
    open: { id: 'getOpenapi', method, path: '/openapi.json', open: () => Promise.resolve(response) },
  }
}

const errorSchema: Schema = {
  type: 'object',
  properties: {
    error: {
      type: 'object',
      properties: { message: { type: 'string' }, type: { type: 'string' }, code: { type: 'integer' } },
      required: ['message', 'type', 'code'],
    },
  },
  required: ['error'],
}

function operationObject({ id, spec }: ManagementOperation, schemas: Map<string, unknown>): Schema {
  const { response, body } = spec
  return {
    operationId: id,
    summary: spec.summary,
    tags: [spec.subject],
    parameters: [...listParameters(spec, 'path', schemas), ...listParameters(spec, 'query', schemas)],
    ...(body ? { requestBody: { required: true, content: json(toJsonSchema(body, 'input', schemas)) } } : {}),
    responses: {
      [response.status]: {
        description: response.description,
        ...(response.schema ? { content: json(toJsonSchema(response.schema, 'output', schemas)) } : {}),
      },
      default: { $ref: '#/components/responses/Error' },
    },
  }
}

function listParameters(
  spec: OperationSpec,
  where: 'path' | 'query',
  schemas: Map<string, unknown>,
): Schema[] {
  const declared = where === 'path' ? spec.params : spec.query
  if (!declared) return []
  const { properties = {}, required = [] } = toJsonSchema(declared, 'input', schemas) as {
    properties?: Record<string, Schema>
    required?: string[]
  }
  return Object.entries(properties).map(([name, { description, ...schema }]) => ({
    name,
    in: where,
    required: where === 'path' || required.includes(name),
    ...(description === undefined ? {} : { description }),
    schema,
  }))
}

function json(schema: Schema): Schema {
  return { 'application/json': { schema } }
}

/** Returns a schema as JSON. Named schemas move to the components. */
function toJsonSchema(schema: z.ZodType, io: 'input' | 'output', schemas: Map<string, unknown>): Schema {
  const {
    $schema: _,
    $defs = {},
    ...rest
  } = z.toJSONSchema(schema, { io, target: 'draft-2020-12', unrepresentable: 'any' }) as Schema
  for (const [name, definition] of Object.entries($defs as Schema))
    schemas.set(name, withComponentRefs(definition))
  return withComponentRefs(rest) as Schema
}

function withComponentRefs(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withComponentRefs)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => key !== 'id' || !('$schema' in value))
      .map(([key, item]) => [
        key,
        key === '$ref' ? String(item).replace('#/$defs/', '#/components/schemas/') : withComponentRefs(item),
      ]),
  )
}
