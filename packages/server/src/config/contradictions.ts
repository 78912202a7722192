import { isLoopback } from '@headgate/storage'
import type { Env } from './env-type.ts'
import { hasGateway } from './has-gateway.ts'

/**
 * Maximum pool size for the embedded PostgreSQL. Its `max_connections` is 50. The remaining connections are for
 * notifications, migrations and administrators.
 */
const embeddedPoolLimit = 45

/** Returns an error sentence for each combination of settings that the server refuses. */
export function findContradictions(env: Env): readonly string[] {
  return [
    ...checkNetwork(env),
    ...checkPorts(env),
    ...checkAnonymous(env),
    ...checkAuthorizer(env),
    ...checkDatabase(env),
    ...checkTimeLimits(env),
    ...checkWorkers(env),
  ]
}

function* checkNetwork({ host, publicUrl, tlsCertFile, tlsKeyFile }: Env): Generator<string> {
  if (tlsCertFile !== null && tlsKeyFile === null) {
    yield 'HEADGATE_TLS_CERT_FILE needs HEADGATE_TLS_KEY_FILE: set it to the file with the private key of the certificate.'
  }
  if (tlsKeyFile !== null && tlsCertFile === null) {
    yield 'HEADGATE_TLS_KEY_FILE needs HEADGATE_TLS_CERT_FILE: set it to the file with the certificate of the key.'
  }
  if (publicUrl === null && !isLoopback(host)) {
    yield `HEADGATE_HOST is ${host}, which other machines can reach: set HEADGATE_PUBLIC_URL to the URL that clients use.`
  }
  if (publicUrl?.startsWith('http:') === true && tlsCertFile !== null) {
    yield `HEADGATE_PUBLIC_URL is ${publicUrl}, but with HEADGATE_TLS_CERT_FILE the server accepts only https: set it to an https URL.`
  }
}

function* checkPorts(env: Env): Generator<string> {
  if (!hasGateway(env)) return
  const { port, s3Port } = env
  if (port !== 0 && port === s3Port) {
    yield `HEADGATE_PORT and HEADGATE_S3_PORT are both ${port}: the storage gateway needs a separate port.`
  }
  if (port === 65_535 && s3Port === null) {
    yield 'HEADGATE_PORT is 65535, but the storage gateway listens on the next port: choose a lower port, or set HEADGATE_S3_PORT.'
  }
}

function* checkAnonymous({ insecureAnonymous, host, publicUrl, corsOrigins }: Env): Generator<string> {
  if (!insecureAnonymous) return
  if (!isLoopback(host)) {
    yield `HEADGATE_INSECURE_ANONYMOUS grants all rights to every client that reaches ${host}: set HEADGATE_HOST to a loopback address, or remove HEADGATE_INSECURE_ANONYMOUS.`
  }
  if (publicUrl !== null && !isLoopback(new URL(publicUrl).hostname)) {
    yield `HEADGATE_INSECURE_ANONYMOUS grants all rights to every client that reaches ${publicUrl}: set HEADGATE_PUBLIC_URL to the URL of a loopback address, or remove HEADGATE_INSECURE_ANONYMOUS.`
  }
  if (corsOrigins.includes('*')) {
    yield 'HEADGATE_INSECURE_ANONYMOUS with HEADGATE_CORS_ORIGINS=* grants all rights to every web page: list the origins in HEADGATE_CORS_ORIGINS.'
  }
}

function* checkAuthorizer({ authorizer, cedarPolicies }: Env): Generator<string> {
  if (authorizer === 'cedar' && cedarPolicies === null) {
    yield 'HEADGATE_AUTHORIZER is cedar: set HEADGATE_CEDAR_POLICIES to the file or directory of its policies.'
  }
  if (authorizer === 'grants' && cedarPolicies !== null) {
    yield 'HEADGATE_CEDAR_POLICIES is set, but HEADGATE_AUTHORIZER is grants, which ignores these policies: set it to cedar, or remove HEADGATE_CEDAR_POLICIES.'
  }
}

function* checkDatabase(env: Env): Generator<string> {
  const { databaseUrl, databaseUrlFile, masterKey, masterKeyFile } = env
  if (env.masterKeyPrevious !== null && env.masterKeyPreviousFile !== null) {
    yield 'HEADGATE_MASTER_KEY_PREVIOUS and HEADGATE_MASTER_KEY_PREVIOUS_FILE are both set: keep one.'
  }
  if (databaseUrl !== null && databaseUrlFile !== null) {
    yield 'HEADGATE_DATABASE_URL and HEADGATE_DATABASE_URL_FILE are both set: keep one.'
  }
  if (masterKey !== null && masterKeyFile !== null) {
    yield 'HEADGATE_MASTER_KEY and HEADGATE_MASTER_KEY_FILE are both set: keep one.'
  }
  const external = databaseUrl !== null || databaseUrlFile !== null
  if (!external && env.databasePoolSize > embeddedPoolLimit) {
    yield `HEADGATE_DATABASE_POOL_SIZE is ${env.databasePoolSize}, but the embedded PostgreSQL accepts at most ${embeddedPoolLimit}: lower it, or set HEADGATE_DATABASE_URL to another PostgreSQL.`
  }
  if (external && masterKey === null && masterKeyFile === null) {
    yield (
      'An external database needs HEADGATE_MASTER_KEY or HEADGATE_MASTER_KEY_FILE, with the same key for all replicas. ' +
      'Create a key with `openssl rand -base64 32` and back it up. Without the key, the encrypted values in the database are lost.'
    )
  }
}

function* checkTimeLimits({ requestTimeoutMs, databaseStatementTimeoutMs }: Env): Generator<string> {
  if (databaseStatementTimeoutMs > requestTimeoutMs) {
    yield (
      `HEADGATE_DATABASE_STATEMENT_TIMEOUT_MS (${databaseStatementTimeoutMs}) is longer than HEADGATE_REQUEST_TIMEOUT_MS ` +
      `(${requestTimeoutMs}), so a statement could run longer than its request: lower the first, or raise the second.`
    )
  }
}

function* checkWorkers({ workers, databasePoolSize, maxConcurrentRequests }: Env): Generator<string> {
  if (workers === 'auto') return
  if (workers > databasePoolSize) {
    yield `HEADGATE_WORKERS is ${workers}, but HEADGATE_DATABASE_POOL_SIZE is ${databasePoolSize}, and each worker needs a connection: lower the first, or raise the second.`
  }
  if (workers > maxConcurrentRequests) {
    yield `HEADGATE_WORKERS is ${workers}, but HEADGATE_MAX_CONCURRENT_REQUESTS is ${maxConcurrentRequests}, and each worker must accept a request: lower the first, or raise the second.`
  }
}
