import { type HeaderList, checkHeader } from '@headgate/http'
import type { StringMap } from '../model/decode.ts'
import type { Context, Identity } from '../model/wire/common.ts'

/** What every request of the protocol may have. */
export interface WithContext {
  readonly identity?: Identity | undefined
  readonly context?: Context | undefined
}

const HEADER = /^headers?\./

/**
 * The headers that a request asks for: those of its identity, and the entries of its context that begin with `header.`
 * (Lance Namespace specification, `Identity` and `Context`).
 *
 * @throws {HeadgateError} bad-request, for what cannot be a header
 */
export function contextHeaders({ identity, context = {} }: WithContext): HeaderList {
  const headers: [string, string][] = []
  if (identity?.api_key !== undefined) headers.push(['x-api-key', identity.api_key])
  if (identity?.auth_token !== undefined) headers.push(['authorization', `Bearer ${identity.auth_token}`])
  for (const [key, value] of Object.entries(context))
    if (HEADER.test(key)) headers.push([key.replace(HEADER, '').toLowerCase(), value])
  for (const [name, value] of headers) checkHeader(name, value)
  return headers
}

/** The context without what travels in headers; undefined when nothing is left. */
export function bodyContext(context: Context | undefined): Context | undefined {
  const entries = Object.entries(context ?? {}).filter(([key]) => !HEADER.test(key))
  return entries.length === 0 ? undefined : Object.fromEntries(entries)
}

/** The context of an answer: its own, and every header of it as `header.<name>`. */
export function answerContext(headers: Headers, own: StringMap | undefined): Context {
  return { ...Object.fromEntries([...headers].map(([name, value]) => [`header.${name}`, value])), ...own }
}
