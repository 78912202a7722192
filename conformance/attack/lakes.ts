import { join } from 'node:path'
import { findMinio, howToGetMinio, startMinio } from '../lib/minio.ts'
import type { ProcessKeeper } from '../lib/process-keeper.ts'
import { startOwnServer } from '../refresh/own-server.ts'
import { bucketLake, bucketsOf } from './bucket-lake.ts'
import { gatewayLake, serverSettings } from './gateway-lake.ts'
import type { Lake, Mode } from './lake.ts'
import type { LeftOut } from './run.ts'
import { makePeople } from './set-up.ts'

const why = `there is no MinIO: ${howToGetMinio}`

export interface Lakes {
  readonly lakes: readonly Lake[]
  readonly leftOut: readonly LeftOut[]
}

/**
 * A server of our own with a lake for each mode; those that need MinIO only where there is one.
 *
 * @throws Error when one of `required` cannot be had
 */
export async function openLakes(
  keeper: ProcessKeeper,
  folder: string,
  { modes, required }: { readonly modes: readonly Mode[]; readonly required: readonly Mode[] },
): Promise<Lakes> {
  const others = modes.filter((mode) => mode !== 'gateway')
  const binary = others.length > 0 ? findMinio() : undefined
  const missing = others.filter((mode) => binary === undefined && required.includes(mode))
  if (missing.length > 0) throw new Error(`${missing.join(' and ')} cannot be tried: ${why}`)
  const server = await startOwnServer(keeper, folder, serverSettings)
  const people = await makePeople(server)
  const lakes: Lake[] = []
  if (modes.includes('gateway')) lakes.push(await gatewayLake(server, people, folder))
  if (binary === undefined) return { lakes, leftOut: others.map((mode) => ({ mode, why })) }
  const home = join(folder, 'minio')
  const buckets = others.flatMap((mode) => bucketsOf(mode))
  const minio = await startMinio(keeper, { binary, folder: home, buckets })
  for (const mode of others)
    lakes.push(await bucketLake(server, people, { minio, folder, data: join(home, 'data'), mode }))
  return { lakes, leftOut: [] }
}
