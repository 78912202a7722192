import { startPostgres } from '@headgate/postgres'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A PostgreSQL server for one test. */
export interface TestPostgres extends AsyncDisposable {
  /** Connection string of a user that can create databases. */
  readonly url: string
}

/** PostgreSQL settings that switch off durability, which makes tests faster. */
const notDurable = {
  fsync: 'off',
  full_page_writes: 'off',
  synchronous_commit: 'off',
  max_connections: '200',
}

/**
 * Starts an embedded PostgreSQL server in a temporary directory, or returns the server that `HEADGATE_TEST_DATABASE_URL`
 * names. The embedded server is not durable unless `settings` change that. It listens on TCP, so that a
 * {@link FaultProxy} can forward connections to it.
 */
export async function startTestPostgres(
  options: { readonly settings?: Readonly<Record<string, string>> } = {},
): Promise<TestPostgres> {
  const configured = process.env['HEADGATE_TEST_DATABASE_URL']
  if (configured !== undefined && configured !== '')
    return { url: configured, async [Symbol.asyncDispose]() {} }
  const directory = await mkdtemp(join(tmpdir(), 'headgate-test-'))
  const settings = { ...notDurable, ...options.settings }
  const postgres = await startPostgres({ dataDir: directory, settings, listen: 'tcp' })
  return {
    url: postgres.url,
    async [Symbol.asyncDispose]() {
      await postgres[Symbol.asyncDispose]()
      await rm(directory, { recursive: true, force: true })
    },
  }
}
