import type { Client } from 'pg'
import { MigrationError } from './migration-error.ts'

const oldestServer = 15

/**
 * Checks the version of the PostgreSQL server.
 *
 * @throws MigrationError when the version is too old
 */
export async function checkServer(client: Client): Promise<void> {
  const { rows } = await client.query<{ version: string }>(
    "select current_setting('server_version_num') as version",
  )
  const version = Math.floor(Number(rows[0]?.version) / 10_000)
  if (version >= oldestServer) return
  throw new MigrationError(
    `Headgate needs PostgreSQL ${oldestServer} or newer, but this server is PostgreSQL ${version}. Upgrade the server, or configure another server.`,
  )
}

/**
 * Checks that the encoding of the database is UTF8, because names and properties may contain all Unicode characters,
 * and other encodings do not support all of them.
 *
 * @throws MigrationError when the database is not in UTF8
 */
export async function checkEncoding(client: Client): Promise<void> {
  const { rows } = await client.query<{ encoding: string }>(
    "select current_setting('server_encoding') as encoding",
  )
  const encoding = rows[0]?.encoding ?? ''
  if (encoding === 'UTF8') return
  throw new MigrationError(
    `Headgate needs a database in UTF8, but this database is in ${encoding}. Create another database (\`createdb --encoding UTF8 --template template0\`).`,
  )
}
