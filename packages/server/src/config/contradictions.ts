import { isLoopback } from '@headgate/storage'
import type { Env } from './env-type.ts'
import { hasGateway } from './has-gateway.ts'

/** Its `max_connections` is 50; some are for notifications, migrations and whoever looks after it. */
const EMBEDDED_CONNECTIONS = 45

/** What cannot be meant together: a sentence each. */
export function contradictions(env: Env): readonly string[] {
  return [
    ...network(env),
    ...ports(env),
    ...anonymity(env),
    ...authorizer(env),
    ...database(env),
    ...times(env),
    ...shares(env),
  ]
}

function* network({ host, publicUrl, tlsCertFile, tlsKeyFile }: Env): Generator<string> {
  if (tlsCertFile !== null && tlsKeyFile === null) {
    yield 'HEADGATE_TLS_CERT_FILE needs HEADGATE_TLS_KEY_FILE, the private key of that certificate.'
  }
  if (tlsKeyFile !== null && tlsCertFile === null) {
    yield 'HEADGATE_TLS_KEY_FILE needs HEADGATE_TLS_CERT_FILE, the certificate of that key.'
  }
  if (publicUrl === null && !isLoopback(host)) {
    yield `HEADGATE_HOST is ${host}, which others can reach: set HEADGATE_PUBLIC_URL to the URL they use.`
  }
  if (publicUrl?.startsWith('http:') === true && tlsCertFile !== null) {
    yield `HEADGATE_PUBLIC_URL is ${publicUrl}, and with a certificate the server speaks https only: make it an https URL.`
  }
}

function* ports(env: Env): Generator<string> {
  if (!hasGateway(env)) return
  const { port, s3Port } = env
  if (port !== 0 && port === s3Port) {
    yield `HEADGATE_PORT and HEADGATE_S3_PORT are both ${port}: the storage gateway needs a port of its own.`
  }
  if (port === 65_535 && s3Port === null) {
    yield 'HEADGATE_PORT is 65535, and the storage gateway takes the port after it: choose a lower one, or set HEADGATE_S3_PORT.'
  }
}

function* anonymity({ insecureAnonymous, host, publicUrl, corsOrigins }: Env): Generator<string> {
  if (!insecureAnonymous) return
  if (!isLoopback(host)) {
    yield `HEADGATE_INSECURE_ANONYMOUS would let everybody who reaches ${host} do everything: it is for loopback addresses only.`
  }
  if (publicUrl !== null && !isLoopback(new URL(publicUrl).hostname)) {
    yield `HEADGATE_INSECURE_ANONYMOUS would let everybody who reaches ${publicUrl} do everything: it is for this machine only.`
  }
  if (corsOrigins.includes('*')) {
    yield 'HEADGATE_INSECURE_ANONYMOUS with HEADGATE_CORS_ORIGINS=* would let every web page do everything: name the origins.'
  }
}

function* authorizer({ authorizer, cedarPolicies }: Env): Generator<string> {
  if (authorizer === 'cedar' && cedarPolicies === null) {
    yield 'HEADGATE_AUTHORIZER is cedar: set HEADGATE_CEDAR_POLICIES to the file or directory of its policies.'
  }
  if (authorizer === 'grants' && cedarPolicies !== null) {
    yield 'HEADGATE_CEDAR_POLICIES is set, and HEADGATE_AUTHORIZER is grants, which would pass over these policies: set it to cedar, or do without them.'
  }
}

function* database(env: Env): Generator<string> {
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
  if (!external && env.databasePoolSize > EMBEDDED_CONNECTIONS) {
    yield `HEADGATE_DATABASE_POOL_SIZE is ${env.databasePoolSize}, and the embedded PostgreSQL has connections for at most ${EMBEDDED_CONNECTIONS}.`
  }
  if (external && masterKey === null && masterKeyFile === null) {
    yield (
      'A database of your own needs HEADGATE_MASTER_KEY or HEADGATE_MASTER_KEY_FILE, the same for all replicas and kept safe: ' +
      'without it nothing sealed in the database can be opened again. `openssl rand -base64 32` makes one.'
    )
  }
}

function* times({ requestTimeoutMs, databaseStatementTimeoutMs }: Env): Generator<string> {
  if (databaseStatementTimeoutMs > requestTimeoutMs) {
    yield (
      `HEADGATE_DATABASE_STATEMENT_TIMEOUT_MS (${databaseStatementTimeoutMs}) is longer than HEADGATE_REQUEST_TIMEOUT_MS ` +
      `(${requestTimeoutMs}): statements would run on after their request was given up.`
    )
  }
}

function* shares({ workers, databasePoolSize, maxConcurrentRequests }: Env): Generator<string> {
  if (workers === 'auto') return
  if (workers > databasePoolSize) {
    yield `HEADGATE_WORKERS is ${workers}, and HEADGATE_DATABASE_POOL_SIZE (${databasePoolSize}), which they share, has not one connection for each: have fewer workers or more connections.`
  }
  if (workers > maxConcurrentRequests) {
    yield `HEADGATE_WORKERS is ${workers}, and HEADGATE_MAX_CONCURRENT_REQUESTS (${maxConcurrentRequests}), which they share, lets not one request into each: have fewer workers or allow more requests.`
  }
}
