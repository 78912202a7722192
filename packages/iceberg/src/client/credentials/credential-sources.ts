import { delegationHeader, callUnlisted, supports } from '../call.ts'
import { sendCall } from '../http/send-call.ts'
import { fetchCredentials, decodeCredentialsResponse } from '../load-credentials.ts'
import { decodeTableAccess, type LoadedTable, type TableAccess } from '../loaded-table.ts'
import { toTableParams } from '../identifiers.ts'
import type { Session } from '../session.ts'
import { findRefreshEndpoint } from './keys.ts'
import type { CredentialSource } from './obtain-credential.ts'
import type { StorageCredential } from './storage-credential.ts'

/**
 * Maximum number of retries of one request. A small number is enough, because a failed renewal is attempted again
 * while the current credential is valid.
 */
const RETRIES = 2

/**
 * Returns the sources of new credentials for a table, the best first:
 *
 * 1. The refresh token of the current credential. 2. The refresh endpoint that the server sent with the credential.
 * Its URL may contain a second token that is valid longer than the refresh token. 3. `loadCredentials` with the name
 * of the table. 4. `loadTable`.
 */
export function credentialSources(session: Session, table: LoadedTable): readonly CredentialSource[] {
  const { identifier } = table
  const initialEndpoint = [...table.storageCredentials.map(({ config }) => config), table.config]
    .map(findRefreshEndpoint)
    .find((endpoint) => endpoint !== null)
  const endpointFor = (current: StorageCredential | undefined): string | null =>
    (current && findRefreshEndpoint(current.config)) ?? initialEndpoint ?? null

  return [
    {
      name: 'loadCredentials with storageRefreshToken',
      fetch(current, signal) {
        const token = current?.refreshToken ?? null
        if (token === null) return null
        return fetchCredentials(session, identifier, {
          storageRefreshToken: token,
          signal,
          maxRetries: RETRIES,
        })
      },
    },
    {
      name: 'the refresh endpoint of the credential',
      fetch(current, signal) {
        const url = toEndpointUrl(session.uri, endpointFor(current), current?.refreshToken ?? null)
        return url === null ? null : fetchEndpoint(session, url, signal)
      },
    },
    {
      name: 'loadCredentials',
      fetch(current, signal) {
        // A server that sends a refresh endpoint supports `loadCredentials`, even if the server does not list its
        // endpoints.
        if (!supports(session, 'loadCredentials') && endpointFor(current) === null) return null
        return fetchCredentials(session, identifier, { signal, maxRetries: RETRIES })
      },
    },
    {
      name: 'loadTable',
      fetch: (_, signal) => fetchWithTable(session, table, signal),
    },
  ]
}

/**
 * Lists the credentials of a loaded table. Credentials in the member `config` cover all locations, but are used only
 * if no credential in `storage-credentials` covers the location.
 */
export function listCredentials({ storageCredentials, config }: TableAccess): readonly StorageCredential[] {
  return [...storageCredentials, { prefix: '', config, refreshToken: null }]
}

/**
 * Returns the URL of a refresh endpoint with a query. Returns null if the endpoint has no query or contains the
 * current refresh token, because other sources already send the same request. Also returns null for a URL outside the
 * URI of the catalog, because the request contains the authentication of the caller.
 */
function toEndpointUrl(uri: string, endpoint: string | null, token: string | null): string | null {
  if (endpoint === null) return null
  const absolute = /^[a-z][a-z0-9+.-]*:/i.test(endpoint) ? endpoint : `${uri}/${endpoint.replace(/^\/+/, '')}`
  if (!URL.canParse(absolute)) return null
  const url = new URL(absolute)
  const base = new URL(`${uri}/`)
  if (url.origin !== base.origin || !url.pathname.startsWith(base.pathname)) return null
  if (url.search === '' || url.username !== '' || url.password !== '') return null
  if (token !== null && url.searchParams.get('storageRefreshToken') === token) return null
  return url.href
}

async function fetchEndpoint(
  { http }: Session,
  url: string,
  signal: AbortSignal,
): Promise<readonly StorageCredential[]> {
  const { json } = await sendCall(http, {
    operation: 'loadCredentials',
    method: 'GET',
    url,
    changes: false,
    repeatableUntil: Number.POSITIVE_INFINITY,
    maxRetries: RETRIES,
    signal,
  })
  return decodeCredentialsResponse(json)
}

async function fetchWithTable(
  session: Session,
  table: LoadedTable,
  signal: AbortSignal,
): Promise<readonly StorageCredential[]> {
  const { json } = await callUnlisted(session, 'loadTable', {
    ...toTableParams(table.identifier),
    query: { snapshots: 'refs' },
    headers: delegationHeader(session, { accessDelegation: ['vended-credentials'] }),
    maxRetries: RETRIES,
    signal,
  })
  const access = decodeTableAccess(json)
  // With another UUID, the table of this name was dropped and created again. The credentials of the new table do not
  // give access to the files of the old table.
  const uuid = table.metadata['table-uuid'] ?? null
  if (!table.staged && uuid !== null && access.uuid !== null && uuid !== access.uuid) return []
  return listCredentials(access)
}
