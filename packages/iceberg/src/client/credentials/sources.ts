import { delegationHeader, send, supports } from '../call.ts'
import { sendCall } from '../http/send-call.ts'
import { fetchCredentials, readCredentials } from '../load-credentials.ts'
import { readTableAccess, type LoadedTable, type TableAccess } from '../loaded-table.ts'
import { placeOf } from '../place.ts'
import type { Session } from '../session.ts'
import { refreshEndpointOf } from './keys.ts'
import type { CredentialSource } from './obtain.ts'
import type { StorageCredential } from './storage-credential.ts'

/** Attempts after the first: while the old keys are good there is time, and later attempts come by themselves. */
const RETRIES = 2

/**
 * The ways to new keys for a table, best first: the credential's refresh token; the endpoint that the server gave with
 * it, which may have a token of its own that lives longer; the table's credentials by name; a load of the table.
 */
export function credentialSources(session: Session, table: LoadedTable): readonly CredentialSource[] {
  const { identifier } = table
  const first = [...table.storageCredentials.map(({ config }) => config), table.config]
    .map(refreshEndpointOf)
    .find((endpoint) => endpoint !== null)
  const endpointFor = (current: StorageCredential | undefined): string | null =>
    (current && refreshEndpointOf(current.config)) ?? first ?? null

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
        const url = ownEndpoint(session.uri, endpointFor(current), current?.refreshToken ?? null)
        return url === null ? null : fetchEndpoint(session, url, signal)
      },
    },
    {
      name: 'loadCredentials',
      fetch(current, signal) {
        // Servers that give an endpoint have the operation, also those that list none at all.
        if (!supports(session, 'loadCredentials') && endpointFor(current) === null) return null
        return fetchCredentials(session, identifier, { signal, maxRetries: RETRIES })
      },
    },
    {
      name: 'loadTable',
      fetch: (_, signal) => fetchByTable(session, table, signal),
    },
  ]
}

/** All credentials that came with a table: those in its plain configuration count for all of it, but last. */
export function credentialsOf({ storageCredentials, config }: TableAccess): readonly StorageCredential[] {
  return [...storageCredentials, { prefix: '', config, refreshToken: null }]
}

/**
 * The URL of an endpoint that can only be used as it was given, that is, with a query of its own. null when there is
 * none, when it has no more to say than the token, and when it is not below the catalog's own URI: the caller's
 * authentication goes with the request.
 */
function ownEndpoint(uri: string, endpoint: string | null, token: string | null): string | null {
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
  return readCredentials(json)
}

async function fetchByTable(
  session: Session,
  table: LoadedTable,
  signal: AbortSignal,
): Promise<readonly StorageCredential[]> {
  const { json } = await send(session, 'loadTable', {
    ...placeOf(table.identifier),
    query: { snapshots: 'refs' },
    headers: delegationHeader(session, { accessDelegation: ['vended-credentials'] }),
    maxRetries: RETRIES,
    signal,
  })
  const access = readTableAccess(json)
  // Dropped, and made anew by someone: their keys are not for our files.
  const uuid = table.metadata['table-uuid'] ?? null
  if (!table.staged && uuid !== null && access.uuid !== null && uuid !== access.uuid) return []
  return credentialsOf(access)
}
