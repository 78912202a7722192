import type { Decoder } from '../../model/decode.ts'
import type { Identifier } from '../../model/identifier.ts'
import type { OperationId } from '../../model/operations.ts'
import type { Context } from '../../model/wire/common.ts'
import { readResponse } from '../responses.ts'
import { call, type Call } from '../call.ts'
import { createPages, type Pages } from '../pages.ts'
import type { WithContext } from '../request-context.ts'
import type { Session } from '../session.ts'

/**
 * Type of a request for one object. It requires `id`, which the specification makes optional because servers read it
 * from the URL.
 */
export type About<Request> = Request & { readonly id: Identifier }

interface Response {
  readonly context?: Context | undefined
}

interface Page extends Response {
  readonly page_token?: string | null | undefined
}

/** Calls an operation and decodes its JSON response. */
export async function callJson<T extends Response>(
  session: Session,
  id: OperationId,
  decode: Decoder<T>,
  request: WithContext & object,
  options?: Call,
): Promise<T> {
  return readResponse(id, await call(session, id, request, options), decode)
}

/** Calls an operation that returns a list in pages. */
export function listPages<Item, T extends Page>(
  session: Session,
  id: OperationId,
  decode: Decoder<T>,
  getItems: (page: T) => Iterable<Item>,
  request: WithContext & Pick<Page, 'page_token'>,
  options?: Call,
): Pages<Item, T> {
  const fetchPage = (token: string | undefined): Promise<T> =>
    callJson(session, id, decode, token === undefined ? request : { ...request, page_token: token }, options)
  return createPages(id, fetchPage, getItems)
}
