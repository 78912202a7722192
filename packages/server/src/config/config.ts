import { join, resolve } from 'node:path'
import type { ContextOptions } from '../context-options.ts'
import type { EndpointRules } from '@headgate/storage'
import { ConfigError } from './config-error.ts'
import { contradictions } from './contradictions.ts'
import { readEnv, unknownVariables } from './env.ts'
import { parseFlags } from './flags.ts'
import { isForThisMachine } from './for-this-machine.ts'
import { hasGateway } from './has-gateway.ts'
import { type Issuers, readIssuers } from './issuers/read-issuers.ts'
import type { Secret } from './secret.ts'
import { shareOf, workersOf } from './workers.ts'
import { secretFrom, type MasterKeySource } from './secrets.ts'
import type { Env } from './env-type.ts'

/** Seconds. */
const DAY = 86_400

/** Address and limits of a listening socket. */
export interface ListenConfig {
  readonly host: string
  readonly port: number
  /** Null: the socket speaks HTTP without TLS. */
  readonly tls: { readonly certFile: string; readonly keyFile: string } | null
  readonly maxHeaderBytes: number
  /** Maximum time in ms until a request has arrived. 0: the handler of the requests limits it. */
  readonly requestTimeoutMs: number
}

/** What the server is told, derived and checked. Secrets in it do not print. */
export interface Config {
  readonly listen: ListenConfig
  /** The storage gateway; null: clients could not reach it. `publicUrl` null: the loopback address listened on. */
  readonly gateway: { readonly listen: ListenConfig; readonly publicUrl: string | null } | null
  /** Without trailing slash; null: the loopback address that is listened on. */
  readonly publicUrl: string | null
  /** The endpoints of warehouses that may have addresses which are not public. */
  readonly endpoints: EndpointRules
  /** Absolute. */
  readonly dataDir: string
  /** Null: the embedded PostgreSQL in the data directory. */
  readonly databaseUrl: Secret | null
  /** Processes that answer. What they share is in here as the share of one. */
  readonly workers: number
  readonly database: { readonly poolSize: number; readonly statementTimeoutMs: number }
  readonly masterKey: MasterKeySource
  /** The master key whose place that one takes. */
  readonly masterKeyPrevious: Secret | null
  readonly shutdownTimeoutMs: number
  readonly log: { readonly level: Env['logLevel']; readonly format: 'json' | 'pretty' }
  readonly context: Omit<
    ContextOptions,
    'sql' | 'log' | 'publicUrl' | 'gatewayUrl' | 'master' | 'openStorage' | 'endpoints'
  >
  /** Worth a line in the log at start: variables that look like ours but are not. */
  readonly warnings: readonly string[]
}

/**
 * Reads the configuration from environment variables and command line flags, which win.
 *
 * @throws ConfigError with a sentence for each problem
 */
export function readConfig(environment: NodeJS.ProcessEnv, args: readonly string[]): Config {
  const env = readEnv(environment, parseFlags(args))
  const warnings = unknownVariables(environment).map((name) => `There is no variable ${name}: it is ignored.`)
  const config = toConfig(env, readIssuers(env.issuers, environment))
  return { ...config, warnings: [...warnings, ...config.warnings] }
}

/** Second step: refuses contradictions and derives what the parts of the server are given. */
export function toConfig(env: Env, issuers: Issuers): Config {
  const problems = [...contradictions(env), ...ownIssuer(env, issuers)]
  if (problems.length > 0) throw new ConfigError(problems)
  const { tlsCertFile: certFile, tlsKeyFile: keyFile } = env
  const dataDir = resolve(env.dataDir)
  const listen: ListenConfig = {
    host: env.host,
    port: env.port,
    tls: certFile === null || keyFile === null ? null : { certFile, keyFile },
    maxHeaderBytes: env.maxHeaderBytes,
    requestTimeoutMs: env.requestTimeoutMs,
  }
  return {
    listen,
    gateway: gateway(env, listen),
    endpoints: { named: env.privateEndpoints, loopback: isForThisMachine(env) },
    publicUrl: env.publicUrl,
    dataDir,
    databaseUrl: databaseUrl(env),
    workers: workersOf(env),
    database: {
      poolSize: shareOf(env.databasePoolSize, env),
      statementTimeoutMs: env.databaseStatementTimeoutMs,
    },
    masterKey: masterKey(env, dataDir),
    masterKeyPrevious: secretFrom(
      env.masterKeyPrevious,
      env.masterKeyPreviousFile,
      'HEADGATE_MASTER_KEY_PREVIOUS_FILE',
    ),
    shutdownTimeoutMs: env.shutdownTimeoutMs,
    log: { level: env.logLevel, format: logFormat(env) },
    context: {
      anonymous: env.insecureAnonymous,
      issuers,
      tokenTtlSeconds: env.tokenTtlSeconds,
      sessionSeconds: env.sessionSeconds,
      policyMaxAgeMs: env.policyMaxAgeMs,
      cedarPolicies: env.cedarPolicies === null ? null : resolve(env.cedarPolicies),
      auditReads: env.auditReads,
      limits: {
        maxBodyBytes: env.maxBodyBytes,
        maxJsonDepth: env.maxJsonDepth,
        maxJsonValues: env.maxJsonValues,
        requestTimeoutMs: env.requestTimeoutMs,
        maxConcurrentRequests: shareOf(env.maxConcurrentRequests, env),
        maxNameBytes: env.maxNameBytes,
        maxPageSize: env.pageSizeMax,
      },
      corsOrigins: env.corsOrigins,
      trustedProxies: { networks: env.trustedProxies, header: env.forwardedHeader },
      idempotencyLifetimeSeconds: env.idempotencyLifetimeSeconds,
      storageAccess: {
        region: env.s3Region,
        hostSuffix: env.s3HostSuffix,
        decisionMaxAgeMs: env.s3DecisionMaxAgeMs,
        webIdentityTokenFile:
          env.stsWebIdentityTokenFile === null ? null : resolve(env.stsWebIdentityTokenFile),
        lives: {
          minLifeMs: env.minCredentialSeconds * 1_000,
          tokenTtlMs: env.refreshTokenTtlSeconds * 1_000,
          capMs: env.refreshCapSeconds * 1_000,
        },
      },
      metadataRowLimitBytes: env.metadataRowLimitBytes,
      metadataCacheBytes: shareOf(env.metadataCacheBytes, env),
      namespaceSeparator: env.namespaceSeparator,
      defaultWarehouse: env.defaultWarehouse,
      verifyMetadataFiles: env.verifyMetadataFiles,
      jobIntervalMs: env.jobIntervalMs,
      auditRetentionSeconds: env.auditRetentionDays * DAY,
      auditRefusalRetentionSeconds: env.auditRefusalRetentionDays * DAY,
      retiredKeySeconds: env.retiredKeyDays * DAY,
      fileRoots: env.fileRoots.length > 0 ? env.fileRoots : [`file://${join(dataDir, 'warehouses')}`],
    },
    warnings: shortLives(env),
  }
}

/** Our own tokens would be taken for those of another issuer, and all of them refused. */
function ownIssuer({ publicUrl }: Env, issuers: Issuers): readonly string[] {
  const own = issuers.find(({ issuer }) => publicUrl !== null && issuer.replace(/\/+$/, '') === publicUrl)
  if (own === undefined) return []
  return [
    `HEADGATE_ISSUERS has ${own.issuer}, which is this server: its own tokens are taken without an entry.`,
  ]
}

/** Bodies of objects take as long as they take: only silence ends a request there. */
const uploadTimeoutMs = 0

function gateway(env: Env, listen: ListenConfig): Config['gateway'] {
  if (!hasGateway(env)) return null
  const { s3PublicUrl, s3Port } = env
  const port = s3Port ?? (env.port === 0 ? 0 : env.port + 1)
  return {
    listen: { ...listen, port, requestTimeoutMs: uploadTimeoutMs },
    publicUrl: s3PublicUrl,
  }
}

function shortLives({ minCredentialSeconds }: Env): string[] {
  if (minCredentialSeconds >= 900) return []
  return [
    `HEADGATE_TEST_MIN_CREDENTIAL_SECONDS is ${minCredentialSeconds}: for tests only, clients will ask for new credentials all the time.`,
  ]
}

function databaseUrl(env: Env): Secret | null {
  const url = secretFrom(env.databaseUrl, env.databaseUrlFile, 'HEADGATE_DATABASE_URL_FILE')
  if (url === null) return null
  if (!/^postgres(ql)?:\/\//.test(url.reveal()))
    throw new ConfigError(['HEADGATE_DATABASE_URL must begin with postgresql://'])
  if (/^[^/]*\/\/([^/?#]*@)?[^/?#@]*,[^/?#@]*([/?#]|$)/.test(url.reveal())) {
    throw new ConfigError([
      'HEADGATE_DATABASE_URL names several hosts: name one that leads to whichever of them is the primary, such as the address of a proxy before them.',
    ])
  }
  // The driver takes libpq's form without a host as well.
  if (URL.canParse(url.reveal().replace('@/', '@localhost/'))) return url
  throw new ConfigError([
    'HEADGATE_DATABASE_URL is no URL: what has a meaning in one, in the password say, must be percent-encoded.',
  ])
}

function masterKey(env: Env, dataDir: string): MasterKeySource {
  if (env.masterKey !== null) return { kind: 'value', secret: env.masterKey }
  if (env.masterKeyFile !== null) return { kind: 'file', path: resolve(env.masterKeyFile), generate: false }
  return { kind: 'file', path: join(dataDir, 'master-key'), generate: true }
}

function logFormat({ logFormat }: Env): 'json' | 'pretty' {
  if (logFormat !== 'auto') return logFormat
  return process.stderr.isTTY ? 'pretty' : 'json'
}
