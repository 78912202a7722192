import { demand, notApplicable } from '../lib/outcome.ts'
import { specification } from './specification.ts'

/** Parameters of a request for one operation. */
export interface WireRequest {
  /** Identifier of an object: its names, joined by the delimiter. Default: the root namespace. */
  readonly id?: string
  readonly delimiter?: string
  readonly query?: Readonly<Record<string, string>>
  /** JSON body of the request. If undefined, the request has no body. */
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  /** Identifier in a special encoding, which is sent in the path in place of the encoded `id`. */
  readonly rawId?: string
}

/** Status and parsed JSON body of a response. An empty body is null. */
export interface WireResponse {
  readonly status: number
  readonly json: unknown
}

/** Sends a request for an operation, without the client library of this repository, and returns the response. */
export type Wire = (operationId: string, request?: WireRequest) => Promise<WireResponse>

/**
 * Returns a function that sends requests of one caller to a server.
 *
 * @param headers headers of every request, such as those that authenticate it
 */
export function openWire(uri: string, headers: Readonly<Record<string, string>>): Wire {
  return async (id, { id: names = '$', delimiter, query = {}, body, headers: more = {}, rawId } = {}) => {
    const called = specification.find((each) => each.id === id)
    if (called === undefined) throw new TypeError(`The specification has no operation ${id}.`)
    const { method, path } = called
    const target = path
      .replace('{id}', rawId ?? encodeURIComponent(names))
      .replace('{index_name}', 'an-index')
    const search = new URLSearchParams({ ...(delimiter === undefined ? {} : { delimiter }), ...query })
    const response = await fetch(`${uri}${target}?${search.toString()}`, {
      method,
      headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...more },
      ...(method === 'GET' || body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(30_000),
    })
    const text = await response.text()
    return { status: response.status, json: parse(text) }
  }
}

function parse(text: string): unknown {
  if (text === '') return null
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** Checks that a response is a success, and returns the members of its body. */
export function success({ status, json }: WireResponse): Readonly<Record<string, unknown>> {
  refuseUnsupported({ status, json })
  demand(status >= 200 && status < 300, `the server responded with ${status}: ${JSON.stringify(json)}`)
  return typeof json === 'object' && json !== null ? (json as Record<string, unknown>) : {}
}

/**
 * Checks that a response is an error with one of the given codes, and with the HTTP status that belongs to the code.
 */
export function failure(response: WireResponse, codes: Readonly<Record<number, number>>): void {
  refuseUnsupported(response)
  const { status, json } = response
  const code = errorCode(json)
  demand(
    code !== null && codes[code] !== undefined,
    `expected code ${Object.keys(codes).join(' or ')}, the server responded with ${status}: ${JSON.stringify(json)}`,
  )
  demand(codes[code] === status, `code ${code} has status ${codes[code]}, not ${status}`)
}

/** Returns the code in the body of an error response, or null if the body has another form. */
export function errorCode(json: unknown): number | null {
  if (typeof json !== 'object' || json === null || !('code' in json)) return null
  return typeof json.code === 'number' && Number.isInteger(json.code) ? json.code : null
}

/**
 * Ends a check, as not applicable, if the server does not support the operation. The specification allows a server to
 * refuse an operation with code 0.
 */
function refuseUnsupported({ status, json }: WireResponse): void {
  if (status === 406 && errorCode(json) === 0) notApplicable('the server does not support the operation')
}
