import { join } from 'node:path'
import type { Minio } from '../lib/minio.ts'
import { inShort } from '../refresh/credential.ts'
import type { OwnServer } from '../refresh/own-server.ts'
import { type StorageKeys, toTarget, useKeys } from '../refresh/storage-keys.ts'
import { otherWarehouseNames, freeBucket, keptSeconds, openOtherWarehouses } from './other-warehouses.ts'
import { type Canary, newMarks, canaryBytes } from './canary.ts'
import type { Fixture, Mode } from './fixture.ts'
import { openOperator } from './operator.ts'
import { keyLifeSeconds } from './server-settings.ts'
import {
  adaPlaces,
  readKeys,
  makeTables,
  markMetadata,
  namespace,
  ownPlace,
  type People,
  loadTokens,
} from './set-up.ts'
import { Watch } from './watch.ts'

/** Returns the names of the buckets that the fixture of a mode of storage access needs. */
export function listBuckets(mode: Exclude<Mode, 'gateway'>): readonly string[] {
  const { own, sibling } = bucketNames(mode)
  return [own, sibling, freeBucket(own), ...Object.values(otherWarehouseNames(own))]
}

function bucketNames(mode: Exclude<Mode, 'gateway'>): { readonly own: string; readonly sibling: string } {
  const own = mode === 'sts' ? 'attack-sts' : 'attack-sign'
  return { own, sibling: `${own}2` }
}

/** Creates a warehouse in a bucket of MinIO, which clients access directly. */
export async function openBucketFixture(
  server: OwnServer,
  people: People,
  place: {
    readonly minio: Minio
    readonly folder: string
    readonly data: string
    readonly mode: Exclude<Mode, 'gateway'>
  },
): Promise<Fixture> {
  const { minio, folder, data, mode } = place
  const { own: bucket, sibling } = bucketNames(mode)
  const { endpoint, region, accessKeyId, secretAccessKey } = minio.storage(bucket)
  const body = {
    name: bucket,
    storage: { type: 's3', bucket, endpoint, region, accessKeyId, secretAccessKey },
    vending: { mode, ...(mode === 'sts' ? { lifetimeSeconds: keyLifeSeconds } : {}) },
    retentionSeconds: 0,
  }
  const { kept, hers } = otherWarehouseNames(bucket)
  const others = [kept, hers].map((name) => ({
    ...body,
    name,
    storage: { ...body.storage, bucket: name },
    retentionSeconds: name === kept ? keptSeconds : 0,
  }))
  for (const warehouse of [body, ...others]) {
    const response = await server.manage('POST', 'warehouses', { body: warehouse })
    if (response.status >= 300)
      throw new Error(`creating the warehouse ${warehouse.name} failed: ${inShort(response)}`)
  }
  const tables = await makeTables(server, people, bucket)
  const { as, own, victim } = tables
  const marks = newMarks(`${ownPlace}/`)
  await markMetadata(as.ada, victim, marks.content)
  const owner: StorageKeys = { endpoint, region, accessKeyId, secretAccessKey }
  const planted: string[] = []
  const canary = async (kind: Canary['kind'], toFolder: string): Promise<Canary> => {
    const location = `s3://${toFolder}/${marks.name}`
    const put = await useKeys(owner, 'PUT', toTarget(location), canaryBytes(marks))
    if (put.status !== 200) throw new Error(`writing a planted object failed with status ${put.status}`)
    planted.push(join(data, toFolder, marks.name))
    return { kind, location }
  }
  const canaries: Canary[] = []
  for (const adas of adaPlaces) canaries.push(await canary('table', `${bucket}/${adas}/data`))
  canaries.push(await canary('table', `${bucket}/n/t2`))
  canaries.push(await canary('between', bucket))
  canaries.push(await canary('between', `${bucket}/n`))
  canaries.push(await canary('bucket', `${sibling}/${ownPlace}`))
  const keys = mode === 'sts' ? await readKeys(tables) : undefined
  let made = 0
  return {
    mode,
    as,
    namespace,
    bucket,
    folder,
    own,
    victim,
    canaries,
    marks,
    keys,
    tokens:
      mode === 'sts'
        ? { mallory: await loadTokens(as.mallory, own), ada: await loadTokens(as.ada, victim) }
        : { mallory: [], ada: [] },
    brief: undefined,
    store: { endpoint, region },
    watch: new Watch({
      folders: [bucket, sibling, otherWarehouseNames(bucket).hers].map((name) => join(data, name)),
      // MinIO stores an object whose key ends with a slash in a separate folder with the suffix `__XLDIR__`.
      own: [join(data, bucket, ownPlace), join(data, bucket, `${ownPlace}__XLDIR__`)],
      guarded: [...adaPlaces.map((adas) => join(data, bucket, adas)), ...planted, join(data, sibling)],
      content: marks.content,
    }),
    otherWarehouses: await openOtherWarehouses(server, people, otherWarehouseNames(bucket)),
    operator: openOperator(server, people),
    toPath: (location) => join(data, location.slice('s3://'.length)),
    count: () => (made += 1),
  }
}
