import { mkdirSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { openCatalog } from '../refresh/catalog-client.ts'
import type { OwnServer } from '../refresh/own-server.ts'
import { toTarget, useKeys } from '../refresh/storage-keys.ts'
import { otherWarehouseNames, keptSeconds, openOtherWarehouses } from './other-warehouses.ts'
import { type Canary, newMarks, plant } from './canary.ts'
import type { Brief, Fixture } from './fixture.ts'
import { openOperator } from './operator.ts'
import { keyLifeSeconds, tokenLifeMs } from './server-settings.ts'
import {
  adaPlaces,
  keysIn,
  readKeys,
  loaded,
  makeTables,
  markMetadata,
  namespace,
  ownPlace,
  type People,
  loadTokens,
} from './set-up.ts'
import { Watch } from './watch.ts'

const bucket = 'attack-lake'
const briefSeconds = 4

/**
 * Creates a warehouse in a directory, which clients access through the storage gateway, with canaries in and around
 * it.
 */
export async function openGatewayFixture(
  server: OwnServer,
  people: People,
  folder: string,
): Promise<Fixture> {
  const root = await server.gatewayWarehouse(bucket, { lifetimeSeconds: keyLifeSeconds })
  const sibling = await server.gatewayWarehouse(`${bucket}2`)
  const { kept, hers } = otherWarehouseNames(bucket)
  await server.gatewayWarehouse(kept, { retentionSeconds: keptSeconds })
  // This warehouse has no bucket name, because a directory that clients see as a bucket cannot have allowed
  // locations.
  await server.directoryWarehouse(hers)
  const tables = await makeTables(server, people, bucket)
  const { as, own, victim } = tables
  const marks = newMarks(`${ownPlace}/`)
  await markMetadata(as.ada, victim, marks.content)
  const outside = join(folder, 'outside')
  mkdirSync(outside, { recursive: true })
  const planted: string[] = []
  const canary = (kind: Canary['kind'], location: string, at: string): Canary => {
    planted.push(plant(marks, at))
    return { kind, location: `${location}/${marks.name}` }
  }
  const canaries: readonly Canary[] = [
    ...adaPlaces.map((place) => canary('table', `s3://${bucket}/${place}/data`, join(root, place, 'data'))),
    canary('table', `s3://${bucket}/n/t2`, join(root, 'n/t2')),
    canary('between', `s3://${bucket}`, root),
    canary('between', `s3://${bucket}/n`, join(root, 'n')),
    canary('bucket', `s3://${bucket}2/${ownPlace}`, join(sibling, ownPlace)),
    canary('disk', `s3://${bucket}/..`, dirname(root)),
    canary('disk', `s3://${bucket}/../../outside`, outside),
    canary('disk', `s3://${basename(dirname(root))}`, outside),
  ]
  const keys = await readKeys(tables)
  const decoy = await useKeys(keys.ada, 'PUT', toTarget(`${victim.location}/data/decoy`), 'by ada')
  if (decoy.status !== 200)
    throw new Error(`The user Ada could not write to her own table: status ${decoy.status}`)
  let made = 0
  return {
    mode: 'gateway',
    as,
    namespace,
    bucket,
    folder,
    own,
    victim,
    canaries,
    marks,
    keys,
    tokens: { mallory: await loadTokens(as.mallory, own), ada: await loadTokens(as.ada, victim) },
    brief: await makeBrief(server, people),
    store: undefined,
    watch: new Watch({
      folders: [dirname(root), outside],
      own: [join(root, ownPlace)],
      guarded: [...adaPlaces.map((place) => join(root, place)), ...planted, sibling, outside],
      content: marks.content,
      ignored: /\/attack-brief\/|\/attack-lake-kept\//,
    }),
    otherWarehouses: await openOtherWarehouses(server, people, { kept, hers }),
    operator: openOperator(server, people),
    toPath: (location) => join(dirname(root), location.slice('s3://'.length)),
    count: () => (made += 1),
  }
}

async function makeBrief(server: OwnServer, people: People): Promise<Brief> {
  const name = 'attack-brief'
  await server.gatewayWarehouse(name, { lifetimeSeconds: briefSeconds })
  const { as, own } = await makeTables(server, people, name)
  const catalog = await openCatalog({ uri: server.uri, warehouse: name, headers: people.mallory })
  const tokens = await loadTokens(as.mallory, own)
  const keys = keysIn(await loaded(catalog, own.name))
  const target = toTarget(`${own.location}/data/x`)
  const put = await useKeys(keys, 'PUT', target, 'mine')
  if (put.status !== 200)
    throw new Error(`the keys that expire soon were refused before their expiry: status ${put.status}`)
  const now = Date.now()
  return {
    catalog,
    tokens,
    tokensEndAt: now + tokenLifeMs + 1_000,
    keys,
    keysEndAt: now + briefSeconds * 1000 + 1_000,
    target,
  }
}
