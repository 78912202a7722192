// Generated from docs/reference/management-openapi.json by `npm run docs`. Do not edit.

import type { Client } from '../../connection/client.ts'
import { path } from '../../connection/path.ts'
import { decodeLater, type DecodedResponse } from '../../connection/response.ts'
import { changedDecoder, type Changed, type Protection, type ScanPlanning } from './schemas.ts'

/** Protects a warehouse, namespace, table or view against drops, or removes this protection. */
export async function setProtection(
  client: Client,
  { warehouse, body }: { readonly warehouse: string; readonly body: Protection },
): Promise<DecodedResponse<Changed>> {
  return decodeLater(
    await client.send({ method: 'PUT', path: path`/management/v1/warehouses/${warehouse}/protection`, body }),
    changedDecoder,
  )
}

/** Sets whether clients or the server plan the scans of a table. */
export async function setScanPlanning(
  client: Client,
  { warehouse, body }: { readonly warehouse: string; readonly body: ScanPlanning },
): Promise<DecodedResponse<Changed>> {
  return decodeLater(
    await client.send({
      method: 'PUT',
      path: path`/management/v1/warehouses/${warehouse}/scan-planning`,
      body,
    }),
    changedDecoder,
  )
}
