import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { statement } from '../../src/store/sql.ts'
import { checkLeftovers } from './check-leftovers.ts'
import { faultPlace } from './fault-fixture.ts'
import { faultSeconds, killAtRandom, type Team, timeout } from './kill-at-random.ts'
import { appender, mover } from './writers.ts'

test(
  'a server that is killed at random times under load loses no change, and refuses no valid request',
  { timeout },
  async () => {
    await using place = await faultPlace()
    await killAtRandom(place.environment(), mixed)
    await checkLeftovers(place)
  },
)

test(
  'a killed server loses no change of many writers of different tables, whose commits share statements',
  { timeout },
  async () => {
    await using place = await faultPlace()
    let shared = 0
    const working = new AbortController()
    const watching = (async () => {
      for (; !working.signal.aborted; await sleep(5)) shared += (await place.sql.run(sharing)).length
    })()
    await killAtRandom(place.environment(), many).finally(() => working.abort())
    await watching
    expect(shared).toBeGreaterThan(0)
    await checkLeftovers(place)
  },
)

test.skipIf(faultSeconds === undefined)(
  'a killed server with the embedded database loses no change',
  { timeout },
  async () => {
    const directory = await mkdtemp(join(tmpdir(), 'headgate-faults-'))
    try {
      const environment = {
        HEADGATE_DATA_DIR: directory,
        HEADGATE_DEFAULT_WAREHOUSE: 'lakehouse',
        HEADGATE_INSECURE_ANONYMOUS: 'true',
        HEADGATE_PORT: '0',
        HEADGATE_AUDIT_READS: 'off',
        HEADGATE_LOG_LEVEL: 'fatal',
      }
      await killAtRandom(environment, mixed)
    } finally {
      await rm(directory, { recursive: true, force: true })
    }
  },
)

const mixed: Team = {
  tables: ['a', 'b', 'c', 'd', 'e', 'f1', 'f2', 'g1', 'g2'],
  writers: (client) => [
    appender(client, ['a'], true),
    appender(client, ['b'], true),
    appender(client, ['c'], true),
    appender(client, ['d'], false),
    appender(client, ['e'], false),
    appender(client, ['f1', 'f2'], true),
    appender(client, ['g1', 'g2'], false),
    mover(client, 'h'),
  ],
}

const manyTables = Array.from({ length: 24 }, (_, n) => `m${n}`)
const many: Team = {
  tables: manyTables,
  writers: (client) => manyTables.map((name, n) => appender(client, [name], n % 3 !== 0)),
}

/** Selects connections whose last statement replaced the rows of several tables. */
const sharing = statement(
  'fault_sharing',
  `select from pg_stat_activity
   where query like '%for no key update skip locked%' and datname = current_database() and pid <> pg_backend_pid()`,
)
