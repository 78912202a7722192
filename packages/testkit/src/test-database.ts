import { createHash, randomUUID } from 'node:crypto'
import { Client } from 'pg'
import { sharedPostgres } from './shared-postgres.ts'

/** A database for one test. Disposing of it drops the database and closes its connections. */
export interface TestDatabase extends AsyncDisposable {
  /** Connection string of the database, for a superuser. */
  readonly url: string
}

/** Options of {@link testDatabase}. */
export interface TestDatabaseOptions {
  /**
   * Template of the database. `prepare` prepares the template once for each `key` in a test run, and each database
   * with this key is a copy of the template.
   */
  readonly template?: { readonly key: string; prepare(url: string): Promise<void> }
  /** Connection string of a PostgreSQL server. Default: the shared server of the test run. */
  readonly server?: string
}

/**
 * Creates a database, empty or as a copy of a template.
 *
 * @example
 * ```ts
 * await using database = await testDatabase()
 * ```
 */
export async function testDatabase(options: TestDatabaseOptions = {}): Promise<TestDatabase> {
  const server = options.server ?? (await sharedPostgres())
  const name = `headgate_test_${randomUUID().replaceAll('-', '')}`
  await withClient(server, async (client) => {
    const template =
      options.template === undefined ? 'template0' : await prepareTemplate(client, server, options.template)
    await client.query(`create database ${name} template ${template} strategy file_copy`)
  })
  return {
    url: databaseUrl(server, name),
    async [Symbol.asyncDispose]() {
      await withClient(
        server,
        async (client) => await client.query(`drop database if exists ${name} with (force)`),
      )
    },
  }
}

type Template = NonNullable<TestDatabaseOptions['template']>

/**
 * Returns the name of the template database. The first worker creates and prepares this database, while the other
 * workers wait.
 */
async function prepareTemplate(client: Client, server: string, template: Template): Promise<string> {
  const name = `headgate_template_${createHash('sha256').update(template.key).digest('hex').slice(0, 24)}`
  const exists = async (): Promise<boolean> =>
    (await client.query('select from pg_database where datname = $1', [name])).rowCount === 1
  if (await exists()) return name
  await client.query('select pg_advisory_lock(hashtext($1))', [name])
  try {
    if (await exists()) return name
    const draft = `${name}_draft`
    await client.query(`drop database if exists ${draft} with (force)`)
    await client.query(`create database ${draft} template template0 strategy file_copy`)
    await template.prepare(databaseUrl(server, draft))
    await client.query(`alter database ${draft} rename to ${name}`)
    return name
  } finally {
    await client.query('select pg_advisory_unlock(hashtext($1))', [name])
  }
}

function databaseUrl(server: string, name: string): string {
  const url = new URL(server)
  url.pathname = `/${name}`
  return url.href
}

async function withClient(server: string, work: (client: Client) => Promise<unknown>): Promise<void> {
  const client = new Client({ connectionString: server })
  await client.connect()
  try {
    await work(client)
  } finally {
    await client.end()
  }
}
