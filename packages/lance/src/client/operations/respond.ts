import type { Decoder } from '../../model/decode.ts'
import type { Identifier } from '../../model/identifier.ts'
import type { OperationId } from '../../model/operations.ts'
import type { Context } from '../../model/wire/common.ts'
import { readResponse } from '../answers.ts'
import { call, type Call } from '../call.ts'
import { pagesOf, type Pages } from '../pages.ts'
import type { WithContext } from '../request-context.ts'
import type { Session } from '../session.ts'

/** A request about one object, whose identifier the protocol leaves open because it also stands in the URL. */
export type About<Request> = Request & { readonly id: Identifier }

interface Response {
  readonly context?: Context | undefined
}

interface Page extends Response {
  readonly page_token?: string | null | undefined
}

/** Calls an operation that answers with JSON. */
export async function respond<T extends Response>(
  session: Session,
  id: OperationId,
  decode: Decoder<T>,
  request: WithContext & object,
  options?: Call,
): Promise<T> {
  return readResponse(id, await call(session, id, request, options), decode)
}

/** A list that comes in pages. */
export function list<Item, T extends Page>(
  session: Session,
  id: OperationId,
  decode: Decoder<T>,
  itemsOf: (page: T) => Iterable<Item>,
  request: WithContext & Pick<Page, 'page_token'>,
  options?: Call,
): Pages<Item, T> {
  const fetchPage = (token: string | undefined): Promise<T> =>
    respond(session, id, decode, token === undefined ? request : { ...request, page_token: token }, options)
  return pagesOf(id, fetchPage, itemsOf)
}
