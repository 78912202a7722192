import type { Variables } from '../env-type.ts'
import { integer, optional, path, secret } from '../variable.ts'

/** Environment variables that configure the database and the data directory. */
export const store: Pick<
  Variables,
  'dataDir' | 'databaseUrl' | 'databaseUrlFile' | 'databasePoolSize' | 'databaseStatementTimeoutMs'
> = {
  dataDir: path('HEADGATE_DATA_DIR', '.headgate', {
    section: 'Store',
    doc: 'Directory for local files of the server: the embedded database, the generated master key, the default warehouse.',
  }),
  databaseUrl: secret('HEADGATE_DATABASE_URL', 'PostgreSQL connection string', {
    section: 'Store',
    fallbackNote: 'an embedded PostgreSQL in the data directory',
    doc: 'Connection string of PostgreSQL 15 or newer, such as `postgresql://headgate:…@db.example.com/headgate?sslmode=verify-full`. Without `sslmode`, connections do not use TLS. Add `&sslrootcert=FILE` if the certificate of the database is issued by a private authority. The database must have the encoding UTF8, and the user must be allowed to create tables in it. Connect directly or through a pooler in session mode. Leave `synchronous_commit` on, so that acknowledged changes survive a crash.',
  }),
  databaseUrlFile: optional(
    path('HEADGATE_DATABASE_URL_FILE', '', {
      section: 'Store',
      doc: 'File with the connection string, instead of `HEADGATE_DATABASE_URL`.',
    }),
  ),
  databasePoolSize: integer(
    'HEADGATE_DATABASE_POOL_SIZE',
    20,
    { min: 1, max: 1_000 },
    {
      section: 'Store',
      doc: 'Maximum number of database connections, divided among the workers. Each worker opens one more connection for notifications.',
    },
  ),
  databaseStatementTimeoutMs: integer(
    'HEADGATE_DATABASE_STATEMENT_TIMEOUT_MS',
    15_000,
    { min: 100, max: 600_000 },
    {
      section: 'Store',
      doc: 'Time limit of one SQL statement, in milliseconds.',
    },
  ),
}
