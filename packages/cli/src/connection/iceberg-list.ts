import type { z } from 'zod'
import type { Session } from '../session.ts'
import type { Call } from './client.ts'
import { type Listed, readList } from './pages.ts'
import { decodeLater } from './response.ts'

/** Description of a list that the Iceberg REST API returns in pages. */
export interface IcebergList<Key extends string, Item> {
  readonly path: string
  readonly query?: Call['query']
  /** Member of the response that holds the items. */
  readonly key: Key
  readonly decoder: z.ZodType<Readonly<Record<Key, readonly Item[]>>>
  readonly limit?: number | undefined
}

/** Reads a whole list of the Iceberg REST API, or its first `limit` items. */
export function readIcebergList<Key extends string, Item>(
  session: Session,
  { path, query, key, decoder, limit }: IcebergList<Key, Item>,
): Promise<Listed<Item>> {
  return readList(session, {
    key,
    request: async (page) =>
      decodeLater(await session.client.send({ method: 'GET', path, query: { ...query, ...page } }), decoder),
    limit,
    nextPage: 'next-page-token',
  })
}
