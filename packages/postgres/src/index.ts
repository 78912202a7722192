export { EmbeddedPostgresError, type EmbeddedPostgresErrorCode } from './embedded-postgres-error.ts'
export { findRunningPostgres } from './find-running-postgres.ts'
export { startPostgres, type EmbeddedPostgres, type StartPostgresOptions } from './start-postgres.ts'
