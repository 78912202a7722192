import { join } from 'node:path'
import { startMinio } from '../lib/minio.ts'
import type { ProcessKeeper } from '../lib/process-keeper.ts'
import { startOwnServer } from '../refresh/own-server.ts'
import { bucketLake, bucketsOf } from './bucket-lake.ts'
import { findMinio } from './find-minio.ts'
import { gatewayLake, serverSettings } from './gateway-lake.ts'
import type { Lake, Mode } from './lake.ts'
import { makePeople } from './set-up.ts'

/** A server of our own with a lake for each mode; those that need MinIO only where there is one. */
export async function openLakes(
  keeper: ProcessKeeper,
  folder: string,
  modes: readonly Mode[],
  say: (line: string) => void,
): Promise<readonly Lake[]> {
  const server = await startOwnServer(keeper, folder, serverSettings)
  const people = await makePeople(server)
  const lakes: Lake[] = []
  if (modes.includes('gateway')) lakes.push(await gatewayLake(server, people, folder))
  const others = modes.filter((mode) => mode !== 'gateway')
  const binary = others.length > 0 ? findMinio() : undefined
  if (others.length > 0 && binary === undefined)
    say(`no MinIO found, so nothing is tried on ${others.join(' and ')}: set HEADGATE_MINIO`)
  if (binary === undefined) return lakes
  const home = join(folder, 'minio')
  const buckets = others.flatMap((mode) => bucketsOf(mode))
  const minio = await startMinio(keeper, { binary, folder: home, buckets })
  for (const mode of others)
    lakes.push(await bucketLake(server, people, { minio, folder, data: join(home, 'data'), mode }))
  return lakes
}
