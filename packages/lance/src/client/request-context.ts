import { type HeaderList, checkHeader } from '@headgate/http'
import type { StringMap } from '../model/decode.ts'
import type { Context, Identity } from '../model/wire/common.ts'

/** Members that every request of the Lance protocol may have. */
export interface WithContext {
  readonly identity?: Identity | undefined
  readonly context?: Context | undefined
}

const HEADER_PREFIX = /^headers?\./

/**
 * Returns the HTTP headers for the member `identity` of a request, and for the entries of its member `context` that
 * begin with `header.` or `headers.` (Lance Namespace specification, `Identity` and `Context`).
 *
 * @throws {HeadgateError} bad-request, for an invalid name or value of a header
 */
export function contextHeaders({ identity, context = {} }: WithContext): HeaderList {
  const headers: [string, string][] = []
  if (identity?.api_key !== undefined) headers.push(['x-api-key', identity.api_key])
  if (identity?.auth_token !== undefined) headers.push(['authorization', `Bearer ${identity.auth_token}`])
  for (const [key, value] of Object.entries(context))
    if (HEADER_PREFIX.test(key)) headers.push([key.replace(HEADER_PREFIX, '').toLowerCase(), value])
  for (const [name, value] of headers) checkHeader(name, value)
  return headers
}

/**
 * Returns the entries of a request's `context` that are sent in the body and not as headers. Returns undefined if
 * there are none.
 */
export function bodyContext(context: Context | undefined): Context | undefined {
  const entries = Object.entries(context ?? {}).filter(([key]) => !HEADER_PREFIX.test(key))
  return entries.length === 0 ? undefined : Object.fromEntries(entries)
}

/** Returns the `context` of a response, with an entry `header.<name>` for each HTTP header of the response. */
export function responseContext(headers: Headers, context: StringMap | undefined): Context {
  return { ...Object.fromEntries([...headers].map(([name, value]) => [`header.${name}`, value])), ...context }
}
