import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { childEnvironment } from './child-environment.ts'
import { startPostgres } from './start-postgres.ts'

describe('the environment of child processes', () => {
  test('childEnvironment returns only the variables of the allow-list', () => {
    const source = { PATH: '/bin', HOME: '/home/a', SystemRoot: 'C:\\Windows', LC_ALL: 'de_DE' }
    const secrets = {
      HEADGATE_MASTER_KEY: 'k',
      AWS_SECRET_ACCESS_KEY: 's',
      PGPASSWORD: 'p',
      NODE_OPTIONS: '-r x',
    }
    expect(childEnvironment({ ...source, ...secrets })).toEqual({ ...source, LC_ALL: 'C' })
  })
})

describe('the embedded PostgreSQL', () => {
  let home: string
  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'headgate-tls-'))
  })
  afterEach(async () => {
    vi.unstubAllEnvs()
    await rm(home, { recursive: true, force: true, maxRetries: 5 })
  })

  test('the embedded server refuses TLS, and its connection string overrides PGSSLMODE', async () => {
    vi.stubEnv('PGSSLMODE', 'require')
    const settings = { fsync: 'off', ssl: 'on' }
    await using postgres = await startPostgres({ dataDir: join(home, 'data'), settings, listen: 'tcp' })
    const client = new Client({ connectionString: postgres.url })
    await client.connect()
    const { rows } = await client.query<{ ssl: string }>("select current_setting('ssl') as ssl")
    await client.end()
    expect(rows).toEqual([{ ssl: 'off' }])
  })
})
