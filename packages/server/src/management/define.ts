import { HeadgateError } from '@headgate/errors'
import { z } from 'zod'
import type { Response, Call, Operation } from '../operation/operation.ts'
import type { OperationErrors } from './error-responses.ts'

/** Declaration of an operation. The OpenAPI document is generated from it. */
export interface OperationSpec {
  readonly summary: string
  /** Name of the group that contains the operation in the OpenAPI document. */
  readonly subject: string
  readonly params?: z.ZodObject
  readonly query?: z.ZodObject
  /** Query parameters that can be repeated; their schemas are arrays. */
  readonly lists?: readonly string[]
  readonly body?: z.ZodType
  /** Errors besides those that every operation can return. */
  readonly errors?: OperationErrors
  readonly response: {
    readonly status: 200 | 201 | 204
    readonly schema?: z.ZodType
    readonly description: string
  }
}

export interface ManagementOperation extends Operation {
  readonly spec: OperationSpec
}

/** Input after validation. Parts without a schema are absent. */
interface Input<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType> {
  readonly params: z.output<P>
  readonly query: z.output<Q>
  readonly body: z.output<B>
}

export interface Definition<
  P extends z.ZodObject,
  Q extends z.ZodObject,
  B extends z.ZodType,
  A extends z.ZodType,
> {
  /** Id of the operation in `privileges-by-operation.ts`, in audit events and metrics. */
  readonly id: string
  readonly method: Operation['method']
  /** Router pattern. The parameters in it must be those of `params`. */
  readonly path: string
  readonly subject: string
  readonly summary: string
  readonly params?: P
  readonly query?: Q
  readonly lists?: readonly string[]
  readonly body?: B
  readonly errors?: OperationErrors
  readonly response: { readonly status: 200 | 201 | 204; readonly schema?: A; readonly description: string }
  /**
   * Authorizes the caller, executes the operation, and returns the body of the response. Throws
   * `HeadgateError`.
   */
  readonly run: (input: Input<P, Q, B>, call: Call) => Promise<z.input<A>>
}

const headers = { 'content-type': 'application/json', 'cache-control': 'no-store' }

/**
 * Defines an operation of the management API. Input is validated against its schemas before `run` is called,
 * unknown members and parameters are refused, and the OpenAPI document describes exactly these schemas.
 *
 * @example
 * ```ts
 * defineOperation({
 *   id: 'getThing', method: 'GET', path: '/management/v1/things/:thing', subject: 'things', summary: 'Shows a thing.',
 *   params: z.strictObject({ thing: z.uuid() }),
 *   response: { status: 200, schema: thing, description: 'The thing.' },
 *   run: async ({ params }, call) => { … },
 * })
 * ```
 */
export function defineOperation<
  P extends z.ZodObject = z.ZodObject,
  Q extends z.ZodObject = z.ZodObject,
  B extends z.ZodType = z.ZodType,
  A extends z.ZodType = z.ZodType,
>(definition: Definition<P, Q, B, A>): ManagementOperation {
  const { id, method, path, run, ...spec } = definition
  return {
    id,
    method,
    path,
    spec,
    async handle(call) {
      const input = {
        params: checked(definition.params, decodedParams(call), 'path'),
        query: checked(definition.query ?? noParameters, parseQuery(call, definition.lists ?? []), 'query'),
        body: definition.body ? checked(definition.body, await jsonBody(call), 'body') : undefined,
      } as Input<P, Q, B>
      return toResponse(definition.response.status, await run(input, call))
    },
  }
}

const noParameters = z.strictObject({})

function toResponse(status: number, body: unknown): Response {
  return status === 204
    ? { status, headers: { 'cache-control': 'no-store' }, body: null }
    : { status, headers, body: JSON.stringify(body) }
}

function checked(schema: z.ZodType | undefined, value: unknown, where: string): unknown {
  if (!schema) return undefined
  if (!isStorable(value))
    throw new HeadgateError(
      'bad-request',
      `The ${where} contains U+0000 or a lone surrogate, which the database cannot store.`,
    )
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const problems = result.error.issues
    .slice(0, 5)
    .map(({ path, message }) => `${[where, ...path.map(String)].join('.')}: ${message}`)
  throw new HeadgateError('bad-request', `The request is invalid: ${problems.join('; ')}`)
}

/** Returns whether PostgreSQL can store the text: it contains neither lone surrogates nor U+0000. */
function isStorable(value: unknown): boolean {
  if (typeof value === 'string') return value.isWellFormed() && !value.includes('\0')
  if (typeof value !== 'object' || value === null) return true
  return Object.entries(value).every(([name, member]) => isStorable(name) && isStorable(member))
}

function decodedParams(call: Call): Record<string, string> {
  try {
    return Object.fromEntries(
      Object.entries(call.params).map(([name, value]) => [name, decodeURIComponent(value)]),
    )
  } catch (error) {
    throw new HeadgateError(
      'bad-request',
      'The path contains a malformed percent-escape. Encode the path again.',
      { cause: error },
    )
  }
}

function parseQuery(call: Call, lists: readonly string[]): Record<string, string | string[]> {
  const query: Record<string, string | string[]> = {}
  for (const name of new Set(call.query.keys())) {
    const values = call.query.getAll(name)
    if (!lists.includes(name) && values.length > 1)
      throw new HeadgateError('bad-request', `The query parameter ${name} is repeated. Send it once.`)
    query[name] = lists.includes(name) ? values : (values[0] ?? '')
  }
  return query
}

async function jsonBody(call: Call): Promise<unknown> {
  // A request with the content type of an HTML form is refused, because web pages can send one without the user's
  // intent.
  if (!/^application\/json *(;|$)/i.test(call.header('content-type') ?? '')) {
    throw new HeadgateError('bad-request', 'The body must be sent as Content-Type: application/json.')
  }
  return call.json()
}
