import { namespacesFor } from '../data/clone-tables.ts'
import { grants, groups, type MuchGranted, muchGranted } from '../data/much-granted.ts'
import { smallTables, warehouse } from '../data/stores.ts'
import { type Case, type EntryMeasured, loadEntry } from '../lib/case.ts'
import { startBenchHeadgate } from '../lib/headgate.ts'
import type { Started } from '../lib/ready.ts'
import { eachOnce } from '../load/each-once.ts'
import type { Requests } from '../load/plan.ts'
import { clientCounts, hotTables, type Lab, poolSize } from './lab.ts'
import { watched } from './watched.ts'

const many = (count: number): string => count.toLocaleString('en-US')
const path = `/v1/${warehouse}/namespaces/n0/tables/t0`
/** Number of tokens in one round. Each token is used for the first time, so the server has not cached it. */
const coldTokens = 500

/**
 * Returns cases that measure the cost of authentication and authorization, in comparison with a server
 * without authentication and authorization, and the cost of token requests.
 */
export async function identityCases(lab: Lab): Promise<Case[]> {
  const { run, postgres } = lab
  const store = await smallTables(run, postgres, lab.stores, 10_000)
  const databaseUrl = postgres.url(store.database)
  const server = await startBenchHeadgate(run, {
    name: 'headgate-identity',
    dataDir: store.dataDir,
    databaseUrl,
    // Cloned tables have no metadata files, so the check of metadata files is disabled.
    env: { HEADGATE_VERIFY_METADATA_FILES: 'false', HEADGATE_DATABASE_POOL_SIZE: String(poolSize) },
  })
  const user = await muchGranted(server.origin, databaseUrl)
  const headers = { authorization: `Bearer ${await user.token()}` }
  return [...loads(lab, server, headers), ...tokens(lab, server, user), cold(server, user)]
}

function loads(lab: Lab, server: Started, headers: Readonly<Record<string, string>>): Case[] {
  const { run } = lab
  const anonymous = watched(lab, 'anonymous mode', server)
  const known = watched(lab, `a user with ${many(grants)} grants by ${groups} roles`, server, headers)
  const tables = 10_000
  const requests: Requests = {
    kind: 'tables',
    prefix: `/v1/${warehouse}/namespaces/n`,
    tables,
    namespaces: namespacesFor(tables),
    among: hotTables,
  }
  return clientCounts.map((connections): Case => {
    const shape = { connections, headers: { 'accept-encoding': 'gzip' }, requests }
    return {
      id: `identity-load-${connections}`,
      title: `loadTable with authentication and authorization, ${hotTables} hot of ${many(tables)} tables, gzip, ${connections} clients`,
      notes: [
        'The server has verified and cached the token before the measurement. The aim is 0.85 of the rate of a server with anonymous access.',
      ],
      entries: [loadEntry(run, anonymous, shape, []), loadEntry(run, known, shape, [anonymous.name])],
    }
  })
}

function tokens(lab: Lab, server: Started, { clientId, clientSecret }: MuchGranted): Case[] {
  const { run } = lab
  const asked = { client_id: clientId, client_secret: clientSecret, scope: 'catalog' }
  const requests: Requests = {
    kind: 'posts',
    path: '/v1/oauth/tokens',
    contentType: 'application/x-www-form-urlencoded',
    body: new URLSearchParams({ grant_type: 'client_credentials', ...asked }).toString(),
  }
  const load: Requests = { kind: 'paths', paths: [path] }
  const baseline = watched(lab, 'loadTable, anonymous mode', server)
  return clientCounts.map((connections): Case => {
    const shape = { connections, headers: {} }
    return {
      id: `identity-token-${connections}`,
      title: `Token endpoint, client_credentials with a secret, ${connections} clients`,
      notes: ['Each response contains a new token.'],
      entries: [
        loadEntry(run, baseline, { ...shape, requests: load }, []),
        loadEntry(run, watched(lab, 'token endpoint', server), { ...shape, requests }, [baseline.name]),
      ],
    }
  })
}

function cold({ origin }: Started, user: MuchGranted): Case {
  const [clients] = clientCounts
  const measured = async (isCold: boolean): Promise<EntryMeasured> => {
    const first = await user.token()
    const headers: { authorization: string }[] = []
    for (let made = 0; made < coldTokens; made += 1)
      headers.push({ authorization: `Bearer ${isCold ? await user.token() : first}` })
    return eachOnce({ url: origin + path, clients, headers })
  }
  const warm = 'a token that was used before'
  return {
    id: 'identity-cold',
    title: `loadTable with ${coldTokens} tokens, each used for the first time, ${clients} clients`,
    notes: [
      'Requests are sent with fetch, which is slower than the load processes of the other cases. Compare only the ratio with other cases, not the rate.',
    ],
    entries: [
      { label: warm, against: [], measure: () => measured(false) },
      { label: 'each token for the first time', against: [warm], measure: () => measured(true) },
    ],
  }
}
