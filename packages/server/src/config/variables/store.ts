import type { Variables } from '../env-type.ts'
import { integer, optional, path, secret } from '../variable.ts'

/** Where it keeps what it knows. */
export const store: Pick<
  Variables,
  'dataDir' | 'databaseUrl' | 'databaseUrlFile' | 'databasePoolSize' | 'databaseStatementTimeoutMs'
> = {
  dataDir: path('HEADGATE_DATA_DIR', '.headgate', {
    section: 'Store',
    doc: 'Directory for what this server keeps itself: the embedded database, the generated master key, the default warehouse.',
  }),
  databaseUrl: secret('HEADGATE_DATABASE_URL', 'PostgreSQL connection string', {
    section: 'Store',
    fallbackNote: 'an embedded PostgreSQL in the data directory',
    doc: 'PostgreSQL 15 or newer, such as `postgresql://headgate:…@db.example.com/headgate?sslmode=verify-full`, with `&sslrootcert=FILE` where the authority of its certificate is one of your own; without `sslmode` there is no TLS. The database is in UTF8, and its user may make tables in it. Connect directly or through a pooler in session mode, and leave `synchronous_commit` on: what is acknowledged must survive a crash.',
  }),
  databaseUrlFile: optional(
    path('HEADGATE_DATABASE_URL_FILE', '', {
      section: 'Store',
      doc: 'File that holds the connection string, in place of `HEADGATE_DATABASE_URL`.',
    }),
  ),
  databasePoolSize: integer(
    'HEADGATE_DATABASE_POOL_SIZE',
    20,
    { min: 1, max: 1_000 },
    {
      section: 'Store',
      doc: 'Connections to the database at most, divided among the workers, and for each of these one more for notifications.',
    },
  ),
  databaseStatementTimeoutMs: integer(
    'HEADGATE_DATABASE_STATEMENT_TIMEOUT_MS',
    15_000,
    { min: 100, max: 600_000 },
    {
      section: 'Store',
      doc: 'How long one statement may run, in milliseconds.',
    },
  ),
}
