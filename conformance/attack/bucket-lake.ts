import { join } from 'node:path'
import type { Minio } from '../lib/minio.ts'
import { inShort } from '../refresh/credential.ts'
import type { OwnServer } from '../refresh/own-server.ts'
import { type StorageKeys, targetOf, useKeys } from '../refresh/storage-keys.ts'
import { besideNames, keptSeconds, openBeside } from './beside.ts'
import { type Canary, newMarks, songOf } from './canary.ts'
import type { Lake, Mode } from './lake.ts'
import {
  adaPlaces,
  keysOf,
  makeTables,
  markMetadata,
  namespace,
  ownPlace,
  type People,
  tokensOf,
} from './set-up.ts'
import { Watch } from './watch.ts'

/** The buckets that a lake of this mode needs. */
export function bucketsOf(mode: Exclude<Mode, 'gateway'>): readonly string[] {
  const { own, sibling } = bucketNames(mode)
  return [own, sibling, ...Object.values(besideNames(own))]
}

function bucketNames(mode: Exclude<Mode, 'gateway'>): { readonly own: string; readonly sibling: string } {
  const own = mode === 'sts' ? 'attack-sts' : 'attack-sign'
  return { own, sibling: `${own}2` }
}

/** A warehouse in a bucket of MinIO, whose clients reach the store themselves. */
export async function bucketLake(
  server: OwnServer,
  people: People,
  place: {
    readonly minio: Minio
    readonly folder: string
    readonly data: string
    readonly mode: Exclude<Mode, 'gateway'>
  },
): Promise<Lake> {
  const { minio, folder, data, mode } = place
  const { own: bucket, sibling } = bucketNames(mode)
  const { endpoint, region, accessKeyId, secretAccessKey } = minio.storage(bucket)
  const body = {
    name: bucket,
    storage: { type: 's3', bucket, endpoint, region, accessKeyId, secretAccessKey },
    vending: { mode },
    retentionSeconds: 0,
  }
  const { kept, hers } = besideNames(bucket)
  const others = [kept, hers].map((name) => ({
    ...body,
    name,
    storage: { ...body.storage, bucket: name },
    retentionSeconds: name === kept ? keptSeconds : 0,
  }))
  for (const warehouse of [body, ...others]) {
    const answer = await server.manage('POST', 'warehouses', { body: warehouse })
    if (answer.status >= 300) throw new Error(`warehouse ${warehouse.name}: ${inShort(answer)}`)
  }
  const tables = await makeTables(server, people, bucket)
  const { as, own, victim } = tables
  const marks = newMarks(`${ownPlace}/`)
  await markMetadata(as.ada, victim, marks.content)
  const owner: StorageKeys = { endpoint, region, accessKeyId, secretAccessKey }
  const planted: string[] = []
  const canary = async (kind: Canary['kind'], folderOf: string): Promise<Canary> => {
    const location = `s3://${folderOf}/${marks.name}`
    const put = await useKeys(owner, 'PUT', targetOf(location), songOf(marks))
    if (put.status !== 200) throw new Error(`planting a canary: ${put.status}`)
    planted.push(join(data, folderOf, marks.name))
    return { kind, location }
  }
  const canaries: Canary[] = []
  for (const adas of adaPlaces) canaries.push(await canary('table', `${bucket}/${adas}/data`))
  canaries.push(await canary('table', `${bucket}/n/t2`))
  canaries.push(await canary('between', bucket))
  canaries.push(await canary('between', `${bucket}/n`))
  canaries.push(await canary('bucket', `${sibling}/${ownPlace}`))
  const keys = mode === 'sts' ? await keysOf(tables) : undefined
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
        ? { mallory: await tokensOf(as.mallory, own), ada: await tokensOf(as.ada, victim) }
        : { mallory: [], ada: [] },
    brief: undefined,
    store: { endpoint, region },
    watch: new Watch({
      folders: [bucket, sibling, besideNames(bucket).hers].map((name) => join(data, name)),
      // An object `n/t/` has a folder of its own there.
      own: [join(data, bucket, ownPlace), join(data, bucket, `${ownPlace}__XLDIR__`)],
      guarded: [...adaPlaces.map((adas) => join(data, bucket, adas)), ...planted, join(data, sibling)],
      content: marks.content,
    }),
    beside: await openBeside(server, people, besideNames(bucket)),
    pathOf: (location) => join(data, location.slice('s3://'.length)),
    count: () => (made += 1),
  }
}
