import { type Response, readMember, namespacePath } from '../refresh/catalog-client.ts'
import { createBody } from '../refresh/table-requests.ts'
import type { Fixture, Who } from './fixture.ts'
import { useAccess } from './own-files.ts'

/** Header that requests storage access in both forms, vended credentials and remote signing. */
export const anyAccess: Readonly<Record<string, string>> = {
  'x-iceberg-access-delegation': 'vended-credentials,remote-signing',
}

/** Content of a file that only the owner of a staged table may read. */
export const secret = 'the file of a staged table'

/** Sends a createTable request with `stage-create` and a location. */
export function sendStage(
  fixture: Fixture,
  who: Who,
  table: { readonly name: string; readonly location: string },
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  const catalog = fixture.as[who]
  const body = createBody(table.name, { 'stage-create': true, location: table.location })
  const tables = `${namespacePath(catalog, fixture.namespace)}/tables`
  return catalog.send('POST', tables, { body, headers: { ...anyAccess, ...headers } })
}

/** Sends a createTable request with `stage-create`. Throws if the server refuses it. */
export async function stage(...request: Parameters<typeof sendStage>): Promise<Response> {
  const response = await sendStage(...request)
  if (response.status !== 200)
    throw new Error(`staging a table at ${request[2].location} failed: ${response.status} ${response.text}`)
  return response
}

/** Writes the file `data/secret` as the owner of a staged table, with the storage access from the response `staged`. */
export async function writeSecret(
  fixture: Fixture,
  who: Who,
  table: { readonly name: string; readonly location: string },
  staged: Response,
): Promise<void> {
  const asOwner = { ...fixture, as: { ...fixture.as, mallory: fixture.as[who] } }
  const request = { method: 'PUT', location: `${table.location}/data/secret`, body: secret }
  const put = await useAccess(asOwner, table.name, staged, request)
  if (put.status !== 200) throw new Error(`the owner of the table could not write: ${put.status} ${put.text}`)
}

export function uuidIn(response: Response): string {
  return String(readMember(response.json, 'metadata', 'table-uuid'))
}
