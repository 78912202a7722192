import { demand, notApplicable } from '../lib/outcome.ts'
import { specification } from './specification.ts'

/** Request of an operation. */
export interface WireRequest {
  /** Names, joined by the delimiter, as in the path. Default: the root. */
  readonly id?: string
  readonly delimiter?: string
  readonly query?: Readonly<Record<string, string>>
  /** JSON body. Undefined: no body. */
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  /** Replaces the encoded identifier in the path. */
  readonly rawId?: string
}

/** Response, with its body as JSON. Null: an empty body. */
export interface WireResponse {
  readonly status: number
  readonly json: unknown
}

/** Sends requests to a server as other clients do, without the client of this repository. */
export type Wire = (operationId: string, request?: WireRequest) => Promise<WireResponse>

/** @param headers headers of every request, such as those that authenticate it */
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

/** Demands a success, and returns the members of the response. */
export function success({ status, json }: WireResponse): Readonly<Record<string, unknown>> {
  refuseUnsupported({ status, json })
  demand(status >= 200 && status < 300, `the server responded with ${status}: ${JSON.stringify(json)}`)
  return typeof json === 'object' && json !== null ? (json as Record<string, unknown>) : {}
}

/** Demands an error with one of these codes of the specification, and with its status. */
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

/** Returns the code of an error body, or null when the body has another form. */
export function errorCode(json: unknown): number | null {
  if (typeof json !== 'object' || json === null || !('code' in json)) return null
  return typeof json.code === 'number' && Number.isInteger(json.code) ? json.code : null
}

/** Ends a check of an operation that the server does not execute. The specification allows to refuse it with code 0. */
function refuseUnsupported({ status, json }: WireResponse): void {
  if (status === 406 && errorCode(json) === 0) notApplicable('the server does not support the operation')
}
