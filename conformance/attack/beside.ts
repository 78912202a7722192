import { asCaller, openCatalog } from '../refresh/catalog-client.ts'
import type { OwnServer } from '../refresh/own-server.ts'
import type { Beside } from './lake.ts'
import type { People } from './set-up.ts'

/** How long the warehouse `kept` keeps dropped tables, in seconds. */
export const keptSeconds = 3_600

export interface BesideNames {
  readonly kept: string
  readonly hers: string
}

/** Names of the other warehouses, which are the names of their buckets too. */
export function besideNames(bucket: string): BesideNames {
  return { kept: `${bucket}-kept`, hers: `${bucket}-hers` }
}

/** Grants the rights on the other warehouses, and opens them. */
export async function openBeside(
  server: OwnServer,
  people: People,
  { kept, hers }: BesideNames,
): Promise<Beside> {
  for (const name of ['mallory', 'ada']) await server.grant(name, 'create', kept)
  for (const privilege of ['create', 'manage', 'administer-storage'])
    await server.grant('mallory', privilege, hers)
  const { uri } = server
  const ofKept = await openCatalog({ uri, warehouse: kept, headers: people.mallory })
  const catalog = await openCatalog({ uri, warehouse: hers, headers: people.mallory })
  const made = await catalog.send('POST', `${catalog.root}namespaces`, { body: { namespace: ['n'] } })
  if (made.status !== 200) throw new Error(`namespace of ${hers}: ${made.status}`)
  return {
    kept: { name: kept, as: { mallory: ofKept, ada: asCaller(ofKept, people.ada) } },
    hers: { name: hers, catalog },
  }
}
