import { join } from 'node:path'
import { findMinio, howToGetMinio, startMinio } from '../lib/minio.ts'
import type { ProcessKeeper } from '../lib/process-keeper.ts'
import { startOwnServer } from '../refresh/own-server.ts'
import { openBucketFixture, listBuckets } from './bucket-fixture.ts'
import { openGatewayFixture } from './gateway-fixture.ts'
import type { Fixture, Mode } from './fixture.ts'
import type { LeftOut } from './run.ts'
import { serverSettings } from './server-settings.ts'
import { makePeople } from './set-up.ts'

const why = `there is no MinIO: ${howToGetMinio}`

export interface Fixtures {
  readonly fixtures: readonly Fixture[]
  readonly leftOut: readonly LeftOut[]
}

/**
 * Starts a server with a fixture for each mode. Omits modes that need MinIO when MinIO is not installed.
 *
 * @throws Error when a mode in `required` is not available
 */
export async function openFixtures(
  keeper: ProcessKeeper,
  folder: string,
  { modes, required }: { readonly modes: readonly Mode[]; readonly required: readonly Mode[] },
): Promise<Fixtures> {
  const others = modes.filter((mode) => mode !== 'gateway')
  const binary = others.length > 0 ? findMinio() : undefined
  const missing = others.filter((mode) => binary === undefined && required.includes(mode))
  if (missing.length > 0) throw new Error(`Mode ${missing.join(' and ')} cannot be attacked: ${why}`)
  const server = await startOwnServer(keeper, folder, serverSettings)
  const people = await makePeople(server)
  const fixtures: Fixture[] = []
  if (modes.includes('gateway')) fixtures.push(await openGatewayFixture(server, people, folder))
  if (binary === undefined) return { fixtures, leftOut: others.map((mode) => ({ mode, why })) }
  const home = join(folder, 'minio')
  const buckets = others.flatMap((mode) => listBuckets(mode))
  const minio = await startMinio(keeper, { binary, folder: home, buckets })
  for (const mode of others)
    fixtures.push(await openBucketFixture(server, people, { minio, folder, data: join(home, 'data'), mode }))
  return { fixtures, leftOut: [] }
}
