import type { Client } from 'pg'
import { MigrationError } from './migration-error.ts'

const oldestServer = 15

/** @throws MigrationError when the server is too old */
export async function checkServer(client: Client): Promise<void> {
  const { rows } = await client.query<{ version: string }>(
    "select current_setting('server_version_num') as version",
  )
  const version = Math.floor(Number(rows[0]?.version) / 10_000)
  if (version >= oldestServer) return
  throw new MigrationError(
    `Headgate needs PostgreSQL ${oldestServer} or newer, and this server is PostgreSQL ${version}.`,
  )
}

/**
 * Checks the encoding, because names and properties are Unicode, and some encodings lack a part of it.
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
    `Headgate needs a database in UTF8, and this one is in ${encoding}. Create another one (\`createdb --encoding UTF8 --template template0\`).`,
  )
}
