import { stringify } from '@headgate/json'
import { Client as Database } from 'pg'
import { expect, test } from 'vitest'
import { migrations } from '../../../src/store/migrations/index.ts'
import { clientWith } from './client.ts'
import { placeDataSet } from './data-set-place.ts'
import { dataSets } from './data-sets.ts'
import { checkAll, readLoaded, requireSuccess } from './make-content.ts'
import { findOlderProgram } from './older-program.ts'
import { connect, startLoad } from './replica-load.ts'
import { Replicas } from './replicas.ts'

const older = findOlderProgram()
const newest = dataSets.at(-1)?.version ?? ''

test(
  `two replicas of ${older === undefined ? 'this version' : 'an older version'} are replaced one by one: no request fails, and each replica accepts what another one issued`,
  { timeout: 120_000 },
  async () => {
    await using place = await placeDataSet(newest, 'now')
    const { fixture, databaseUrl } = place
    await using replicas = new Replicas(place)
    await Promise.all([replicas.start(older), replicas.start(older)])
    const load = await startLoad(replicas, fixture)
    await load.everyClientWorks()

    if (await mustStopOlderServers(databaseUrl)) {
      await expect(replicas.start(undefined)).rejects.toThrow('requires that all servers of earlier versions')
      await load.everyClientWorks()
      await load.stop()
      await Promise.all([replicas.stopOldest(), replicas.stopOldest()])
      await replicas.start(undefined)
    } else {
      for (const step of ['start', 'stop', 'start', 'stop'] as const) {
        await (step === 'start' ? replicas.start(undefined) : replicas.stopOldest())
        await load.everyClientWorks()
      }
      await load.stop()
    }

    await load.check()
    const admin = await connect(replicas, fixture, 'admin')
    const must = requireSuccess(clientWith(admin.nextUrl(), admin.token))
    for (const [path, before] of Object.entries(fixture.loads))
      expect(JSON.parse(stringify(readLoaded(await must('GET', path)))), path).toEqual(before)
    expect(await checkAll(must)).toBe(fixture.checks)
    expect(await readSchemaVersion(databaseUrl)).toBe(migrations.length)
  },
)

/** Returns whether the changelog has to state that replicas of this older version cannot be replaced one by one. */
async function mustStopOlderServers(url: string): Promise<boolean> {
  const applied = await readSchemaVersion(url)
  return migrations.some(({ version, stopsOlderServers }) => version > applied && stopsOlderServers === true)
}

async function readSchemaVersion(url: string): Promise<number> {
  const database = new Database({ connectionString: url })
  await database.connect()
  try {
    const query = 'select max(version)::int as version from schema_migration'
    const { rows } = await database.query<{ version: number }>(query)
    return rows[0]?.version ?? 0
  } finally {
    await database.end()
  }
}
