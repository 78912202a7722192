// Generated from docs/reference/management-openapi.json by `npm run docs`. Do not edit.

import type { Client } from '../../connection/client.ts'
import { path } from '../../connection/path.ts'
import { decodeLater, type DecodedResponse } from '../../connection/response.ts'
import { changedDecoder, type Changed, type Protection } from './schemas.ts'

/** Protects a warehouse, or a namespace, table or view in it, against being dropped, or stops that. */
export async function setProtection(
  client: Client,
  { warehouse, body }: { readonly warehouse: string; readonly body: Protection },
): Promise<DecodedResponse<Changed>> {
  return decodeLater(
    await client.send({ method: 'PUT', path: path`/management/v1/warehouses/${warehouse}/protection`, body }),
    changedDecoder,
  )
}
