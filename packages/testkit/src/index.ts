export { awsNames, type AwsDoubleOptions, type AwsIcebergKind, startAwsDouble } from './aws-iceberg-double.ts'
export { browse } from './browse.ts'
export { FaultProxy, type FaultProxyOptions, type Faults } from './fault-proxy.ts'
export { findMinio, needsMinio } from './find-minio.ts'
export { startHttpServer, type HttpTestServer, type ReceivedRequest } from './http-server.ts'
export { startMinio, type Minio, type MinioOpenId, type MinioOptions } from './minio.ts'
export { programEnvironment } from './program-environment.ts'
export {
  fuzzTargets,
  fuzzTargetsOn,
  type FuzzTargets,
  property,
  type Property,
  type PropertyLimits,
} from './properties.ts'
export {
  type IssuerKey,
  makeIssuerKey,
  type SignOptions,
  startTestIssuer,
  type TestIssuer,
} from './test-issuer.ts'
export { testDatabase, type TestDatabase, type TestDatabaseOptions } from './test-database.ts'
export { startTestPostgres, type TestPostgres } from './test-postgres.ts'
