import { asCaller, openCatalog, sender } from '../refresh/catalog-client.ts'
import { inShort } from '../refresh/credential.ts'
import type { OwnServer } from '../refresh/own-server.ts'
import type { OtherWarehouses } from './fixture.ts'
import type { People } from './set-up.ts'

/** Time for which the warehouse `kept` keeps dropped tables, in seconds. */
export const keptSeconds = 3_600

export interface OtherWarehouseNames {
  readonly kept: string
  readonly hers: string
}

/** Returns the names of the other warehouses, which are also the names of their buckets. */
export function otherWarehouseNames(bucket: string): OtherWarehouseNames {
  return { kept: `${bucket}-kept`, hers: `${bucket}-hers` }
}

/** Returns the name of an existing bucket that belongs to no warehouse. */
export function freeBucket(bucket: string): string {
  return `${bucket}-free`
}

/** Grants the callers their rights on the existing warehouses `kept` and `hers`, and opens catalog clients for them. */
export async function openOtherWarehouses(
  server: OwnServer,
  people: People,
  { kept, hers }: OtherWarehouseNames,
): Promise<OtherWarehouses> {
  for (const name of ['mallory', 'ada']) await server.grant(name, 'create', kept)
  for (const privilege of ['create', 'manage', 'administer-storage'])
    await server.grant('mallory', privilege, hers)
  const { uri } = server
  const ofKept = await openCatalog({ uri, warehouse: kept, headers: people.mallory })
  const catalog = await openCatalog({ uri, warehouse: hers, headers: people.mallory })
  const made = await catalog.send('POST', `${catalog.root}namespaces`, { body: { namespace: ['n'] } })
  if (made.status !== 200)
    throw new Error(`creating a namespace of ${hers} failed with status ${made.status}`)
  const founder = `${hers}-founder`
  const headers = await server.principal(founder)
  const body = { privilege: 'create', on: 'server', to: { principal: founder } }
  const granted = await server.manage('POST', 'grants', { body })
  if (granted.status >= 300) throw new Error(`granting a privilege to ${founder} failed: ${inShort(granted)}`)
  return {
    kept: { name: kept, as: { mallory: ofKept, ada: asCaller(ofKept, people.ada) } },
    hers: { name: hers, catalog },
    founder: sender(`${uri}/management/v1`, headers),
  }
}
