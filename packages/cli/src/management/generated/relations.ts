// Generated from docs/reference/management-openapi.json by `npm run docs`. Do not edit.

import type { Client } from '../../connection/client.ts'
import { path } from '../../connection/path.ts'
import { decodeLater, type DecodedResponse } from '../../connection/response.ts'
import { relationDecoder, type Relation } from './schemas.ts'

export type GetRelationDetailsQuery = { readonly namespace: readonly string[]; readonly relation: string }

/** Shows a table or view with its ids, owner, protection and location. */
export async function getRelationDetails(
  client: Client,
  { warehouse, query }: { readonly warehouse: string; readonly query: GetRelationDetailsQuery },
): Promise<DecodedResponse<Relation>> {
  return decodeLater(
    await client.send({ method: 'GET', path: path`/management/v1/warehouses/${warehouse}/relation`, query }),
    relationDecoder,
  )
}
