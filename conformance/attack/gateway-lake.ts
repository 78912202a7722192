import { mkdirSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { openCatalog } from '../refresh/catalog-client.ts'
import type { OwnServer } from '../refresh/own-server.ts'
import { targetOf, useKeys } from '../refresh/storage-keys.ts'
import { besideNames, keptSeconds, openBeside } from './beside.ts'
import { type Canary, newMarks, plant } from './canary.ts'
import type { Brief, Lake } from './lake.ts'
import {
  adaPlaces,
  keysIn,
  keysOf,
  loaded,
  makeTables,
  markMetadata,
  namespace,
  ownPlace,
  type People,
  tokensOf,
} from './set-up.ts'
import { Watch } from './watch.ts'

const bucket = 'attack-lake'
/** How long tokens live, see `serverSettings`. */
const tokenLifeMs = 60_000
const briefSeconds = 4
/** Maximum age of a decision of the storage gateway, in ms. */
export const decisionMaxAgeMs = 1_000

/** Settings of a server under attack: credentials that end soon where a warehouse asks for it, and jobs that run at once. */
export const serverSettings: Readonly<Record<string, string>> = {
  HEADGATE_TEST_MIN_CREDENTIAL_SECONDS: '2',
  HEADGATE_STORAGE_REFRESH_TOKEN_TTL: '60',
  HEADGATE_JOB_INTERVAL_MS: '1000',
  HEADGATE_AUDIT_READS: 'off',
  // Larger metadata is read back from storage at every load.
  HEADGATE_METADATA_ROW_LIMIT_BYTES: '4KiB',
  HEADGATE_METADATA_CACHE_BYTES: '0',
  HEADGATE_S3_DECISION_MAX_AGE_MS: String(decisionMaxAgeMs),
}

/** A warehouse in a directory, reached through the storage gateway, with canaries in, beside and around it. */
export async function gatewayLake(server: OwnServer, people: People, folder: string): Promise<Lake> {
  const root = await server.gatewayWarehouse(bucket)
  const sibling = await server.gatewayWarehouse(`${bucket}2`)
  const { kept, hers } = besideNames(bucket)
  await server.gatewayWarehouse(kept, { retentionSeconds: keptSeconds })
  await server.gatewayWarehouse(hers)
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
  const keys = await keysOf(tables)
  const decoy = await useKeys(keys.ada, 'PUT', targetOf(`${victim.location}/data/decoy`), 'by ada')
  if (decoy.status !== 200) throw new Error(`Ada could not write to her table: ${decoy.status}`)
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
    tokens: { mallory: await tokensOf(as.mallory, own), ada: await tokensOf(as.ada, victim) },
    brief: await makeBrief(server, people),
    store: undefined,
    watch: new Watch({
      folders: [dirname(root), outside],
      own: [join(root, ownPlace)],
      guarded: [...adaPlaces.map((place) => join(root, place)), ...planted, sibling, outside],
      content: marks.content,
      ignored: /\/attack-brief\/|\/attack-lake-kept\//,
    }),
    beside: await openBeside(server, people, { kept, hers }),
    pathOf: (location) => join(dirname(root), location.slice('s3://'.length)),
    count: () => (made += 1),
  }
}

async function makeBrief(server: OwnServer, people: People): Promise<Brief> {
  const name = 'attack-brief'
  await server.gatewayWarehouse(name, { lifetimeSeconds: briefSeconds })
  const { as, own } = await makeTables(server, people, name)
  const catalog = await openCatalog({ uri: server.uri, warehouse: name, headers: people.mallory })
  const tokens = await tokensOf(as.mallory, own)
  const keys = keysIn(await loaded(catalog, own.name))
  const target = targetOf(`${own.location}/data/x`)
  const put = await useKeys(keys, 'PUT', target, 'mine')
  if (put.status !== 200) throw new Error(`keys that end soon did not work before: ${put.status}`)
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
