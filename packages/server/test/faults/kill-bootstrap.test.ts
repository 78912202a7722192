import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { programEnvironment } from '@headgate/testkit'
import { expect, test } from 'vitest'
import { bootstrapAdministrator } from '../../src/identity/bootstrap.ts'
import { statement } from '../../src/store/sql.ts'
import { type FaultPlace, faultPlace } from './fault-fixture.ts'

const leftBehind = statement(
  'fault_bootstrap',
  `select (select count(*)::int from principal where subject = 'admin') as principals,
     (select count(*)::int from client_secret) as secrets,
     (select count(*)::int from role_member) as members,
     (select count(*)::int from grant_entry) as grants,
     (select count(*)::int from audit where operation = 'bootstrapAdministrator') as events`,
)

/** Creates an administrator in a process that is killed at the step. */
async function killedAt({ databaseUrl }: FaultPlace, step: string): Promise<void> {
  const from = (file: string): string =>
    JSON.stringify(fileURLToPath(new URL(`../../${file}.ts`, import.meta.url)))
  const program = `
    import { bootstrapAdministrator } from ${from('src/identity/bootstrap')}
    import { openSql } from ${from('src/store/pool')}
    import { stoppingSql } from ${from('test/faults/stopping-sql')}
    import { Stops } from ${from('test/faults/stops')}
    const [url, step] = process.argv.slice(1)
    const stops = new Stops()
    const sql = stoppingSql(await openSql({ url, poolSize: 2, connectionTimeoutMs: 2000, statementTimeoutMs: 5000 }), stops)
    const die = async () => process.kill(process.pid, 'SIGKILL')
    stops.run([step], die, () => void bootstrapAdministrator({ sql }))`
  const flags = ['--conditions=x-source', '--disable-warning=ExperimentalWarning', '--input-type=module']
  const child = spawn(process.execPath, [...flags, '-e', program, databaseUrl, step], {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: programEnvironment(),
  })
  expect(await once(child, 'exit'), step).toEqual([null, 'SIGKILL'])
}

test('the first administrator is created completely or not at all, and gets another secret if the first one was not printed', async () => {
  await using place = await faultPlace()
  const [before] = await place.sql.run<Record<string, number>>(leftBehind)
  for (const step of ['principal-insert:after', 'client-secret-insert:after', 'commit:before']) {
    await killedAt(place, step)
    expect(await place.sql.run(leftBehind), step).toEqual([before])
  }
  await killedAt(place, 'commit:after')
  const whole = [{ principals: 1, secrets: 1, members: 1, grants: 1, events: 1 }]
  expect(await place.sql.run(leftBehind)).toEqual(whole)
  expect(await bootstrapAdministrator({ sql: place.sql })).toMatchObject({ created: false })
  expect(await bootstrapAdministrator({ sql: place.sql, reset: true })).toMatchObject({ created: true })
  expect(await place.sql.run(leftBehind)).toEqual([{ ...whole[0], events: 2 }])
}, 60_000)
