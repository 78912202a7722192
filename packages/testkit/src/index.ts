export { FaultProxy, type FaultProxyOptions, type Faults } from './fault-proxy.ts'
export { findMinio, startMinio, type Minio, type MinioOpenId, type MinioOptions } from './minio.ts'
export { testDatabase, type TestDatabase, type TestDatabaseOptions } from './test-database.ts'
export { startTestPostgres, type TestPostgres } from './test-postgres.ts'
