export { EmbeddedPostgresError, type EmbeddedPostgresErrorCode } from './embedded-postgres-error.ts'
export { runningPostgres } from './running-postgres.ts'
export { startPostgres, type EmbeddedPostgres, type StartPostgresOptions } from './start-postgres.ts'
