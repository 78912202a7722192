import { startPostgres } from '@headgate/postgres'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface TestPostgres extends AsyncDisposable {
  /** Connection string of a user who may create databases. */
  readonly url: string
}

/** Settings for data that may be lost. */
const careless = { fsync: 'off', full_page_writes: 'off', synchronous_commit: 'off', max_connections: '200' }

/**
 * The PostgreSQL server of a test: the one that `HEADGATE_TEST_DATABASE_URL` names, else an embedded one in a temporary
 * directory, without durability unless `settings` ask for it, on TCP so that a fault proxy can stand before it.
 */
export async function startTestPostgres(
  options: { readonly settings?: Readonly<Record<string, string>> } = {},
): Promise<TestPostgres> {
  const given = process.env['HEADGATE_TEST_DATABASE_URL']
  if (given !== undefined && given !== '') return { url: given, async [Symbol.asyncDispose]() {} }
  const directory = await mkdtemp(join(tmpdir(), 'headgate-test-'))
  const settings = { ...careless, ...options.settings }
  const postgres = await startPostgres({ dataDir: directory, settings, listen: 'tcp' })
  return {
    url: postgres.url,
    async [Symbol.asyncDispose]() {
      await postgres[Symbol.asyncDispose]()
      await rm(directory, { recursive: true, force: true })
    },
  }
}
