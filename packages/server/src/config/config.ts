import { join, resolve } from 'node:path'
import type { ContextOptions } from '../context-options.ts'
import type { EndpointRules } from '@headgate/storage'
import { ConfigError } from './config-error.ts'
import { findContradictions } from './contradictions.ts'
import { readEnv, findUnknownVariables } from './env.ts'
import { parseFlags } from './flags.ts'
import { isForThisMachine } from './for-this-machine.ts'
import { hasGateway } from './has-gateway.ts'
import { type Issuers, readIssuers } from './issuers/read-issuers.ts'
import type { ConfigFile } from './read-config-file.ts'
import type { Secret } from './secret.ts'
import { type MasterKeySource, readSecret } from './secrets.ts'
import { divideAmongWorkers, resolveWorkers } from './workers.ts'
import type { Env } from './env-type.ts'

const secondsPerDay = 86_400

/** Address and limits of a listening socket. */
interface ListenConfig {
  readonly host: string
  readonly port: number
  /** TLS files of the socket, or null for HTTP without TLS. */
  readonly tls: { readonly certFile: string; readonly keyFile: string } | null
  readonly maxHeaderBytes: number
  /** Maximum time in ms until a request is complete. 0 when the request handler has its own time limit. */
  readonly requestTimeoutMs: number
}

/** Validated configuration of the server, with derived values. Secrets in it are never printed. */
export interface Config {
  readonly listen: ListenConfig
  /**
   * Storage gateway, or null when it is off because clients could not reach it. If `publicUrl` is null, clients use the
   * loopback address of its listener.
   */
  readonly gateway: { readonly listen: ListenConfig; readonly publicUrl: string | null } | null
  /** URL that clients use, without trailing slash. Null when clients use the loopback address of the listener. */
  readonly publicUrl: string | null
  /** Rules that decide which addresses the storage endpoints of warehouses may have in addition to public ones. */
  readonly endpoints: EndpointRules
  /** Absolute path of the data directory. */
  readonly dataDir: string
  /** Connection string of PostgreSQL, or null for the embedded PostgreSQL in the data directory. */
  readonly databaseUrl: Secret | null
  /**
   * Number of worker processes. The pool size, the cache size and the request limit in this configuration apply to one
   * worker.
   */
  readonly workers: number
  readonly database: { readonly poolSize: number; readonly statementTimeoutMs: number }
  readonly masterKey: MasterKeySource
  /** Previous master key. It decrypts existing values until they are encrypted with the new master key. */
  readonly masterKeyPrevious: Secret | null
  readonly shutdownTimeoutMs: number
  readonly log: { readonly level: Env['logLevel']; readonly format: 'json' | 'pretty' }
  readonly context: Omit<
    ContextOptions,
    'sql' | 'log' | 'publicUrl' | 'gatewayUrl' | 'master' | 'openStorage' | 'endpoints'
  >
  /** Sentences that the server logs at the start, for example about misspelled variables. */
  readonly warnings: readonly string[]
}

/**
 * Reads the configuration. Command line flags override environment variables, which override the configuration file
 * (`--config` or `HEADGATE_CONFIG`).
 *
 * @throws ConfigError with a sentence for each problem
 */
export async function loadConfig(environment: NodeJS.ProcessEnv, args: readonly string[]): Promise<Config> {
  const { HEADGATE_CONFIG: flag } = parseFlags(args)
  const path = flag ?? environment['HEADGATE_CONFIG']
  if (path === undefined || path === '') return readConfig(environment, args)
  // The YAML parser is imported on demand, because most servers have no configuration file.
  const { readConfigFile } = await import('./read-config-file.ts')
  return readConfig(environment, args, await readConfigFile(path))
}

/** Reads the configuration from variables and flags only. See `loadConfig`. */
export function readConfig(
  environment: NodeJS.ProcessEnv,
  args: readonly string[],
  file: ConfigFile | null = null,
): Config {
  const env = readEnv(environment, parseFlags(args), file)
  const warnings = findUnknownVariables(environment).map(
    (name) =>
      `The variable ${name} is unknown and ignored: compare its name with docs/reference/configuration.md.`,
  )
  const config = toConfig(env, readIssuers(env.issuers, environment))
  return { ...config, warnings: [...warnings, ...config.warnings] }
}

/**
 * Refuses contradictory settings, and derives the options of each module. It is the second step of the configuration,
 * after `readEnv`.
 *
 * @throws ConfigError with a sentence for each problem
 */
function toConfig(env: Env, issuers: Issuers): Config {
  const problems = [...findContradictions(env), ...checkOwnIssuer(env, issuers)]
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
    gateway: toGatewayConfig(env, listen),
    endpoints: { named: env.privateEndpoints, loopback: isForThisMachine(env) },
    publicUrl: env.publicUrl,
    dataDir,
    databaseUrl: readDatabaseUrl(env),
    workers: resolveWorkers(env),
    database: {
      poolSize: divideAmongWorkers(env.databasePoolSize, env),
      statementTimeoutMs: env.databaseStatementTimeoutMs,
    },
    masterKey: toMasterKeySource(env, dataDir),
    masterKeyPrevious: readSecret(
      env.masterKeyPrevious,
      env.masterKeyPreviousFile,
      'HEADGATE_MASTER_KEY_PREVIOUS_FILE',
    ),
    shutdownTimeoutMs: env.shutdownTimeoutMs,
    log: { level: env.logLevel, format: resolveLogFormat(env) },
    context: {
      anonymous: env.insecureAnonymous,
      console: env.console,
      sigV4: { services: env.sigV4Services, regions: env.sigV4Regions },
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
        maxConcurrentRequests: divideAmongWorkers(env.maxConcurrentRequests, env),
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
      metadataCacheBytes: divideAmongWorkers(env.metadataCacheBytes, env),
      namespaceSeparator: env.namespaceSeparator,
      defaultWarehouse: env.defaultWarehouse,
      verifyMetadataFiles: env.verifyMetadataFiles,
      jobIntervalMs: env.jobIntervalMs,
      auditRetentionSeconds: env.auditRetentionDays * secondsPerDay,
      auditRefusalRetentionSeconds: env.auditRefusalRetentionDays * secondsPerDay,
      retiredKeySeconds: env.retiredKeyDays * secondsPerDay,
      fileRoots: env.fileRoots.length > 0 ? env.fileRoots : [`file://${join(dataDir, 'warehouses')}`],
    },
    warnings: warnOfShortCredentials(env),
  }
}

/**
 * Returns an error sentence if `HEADGATE_ISSUERS` contains this server itself. Tokens of this server do not fulfil the
 * rules for entries in that list, so the server would refuse its own tokens.
 */
function checkOwnIssuer({ publicUrl }: Env, issuers: Issuers): readonly string[] {
  const own = issuers.find(({ issuer }) => publicUrl !== null && issuer.replace(/\/+$/, '') === publicUrl)
  if (own === undefined) return []
  return [
    `HEADGATE_ISSUERS contains ${own.issuer}, which is this server: remove the entry. The server accepts its own tokens without one.`,
  ]
}

/**
 * The duration of an upload depends on its size. The gateway therefore has no time limit for a request, but closes
 * connections that send no data.
 */
const noTimeLimit = 0

function toGatewayConfig(env: Env, listen: ListenConfig): Config['gateway'] {
  if (!hasGateway(env)) return null
  const { s3PublicUrl, s3Port } = env
  const port = s3Port ?? (env.port === 0 ? 0 : env.port + 1)
  return {
    listen: { ...listen, port, requestTimeoutMs: noTimeLimit },
    publicUrl: s3PublicUrl,
  }
}

function warnOfShortCredentials({ minCredentialSeconds }: Env): string[] {
  if (minCredentialSeconds >= 900) return []
  return [
    `HEADGATE_TEST_MIN_CREDENTIAL_SECONDS is ${minCredentialSeconds}, which is for tests only. Clients will request new credentials continuously.`,
  ]
}

function readDatabaseUrl(env: Env): Secret | null {
  const url = readSecret(env.databaseUrl, env.databaseUrlFile, 'HEADGATE_DATABASE_URL_FILE')
  if (url === null) return null
  if (!/^postgres(ql)?:\/\//.test(url.reveal()))
    throw new ConfigError(['HEADGATE_DATABASE_URL must begin with postgresql:// or postgres://.'])
  if (/^[^/]*\/\/([^/?#]*@)?[^/?#@]*,[^/?#@]*([/?#]|$)/.test(url.reveal())) {
    throw new ConfigError([
      'HEADGATE_DATABASE_URL names several hosts: name one host that always leads to the primary, such as a proxy in front of them.',
    ])
  }
  // The driver also accepts connection strings of libpq without a host. `new URL` refuses them.
  if (URL.canParse(url.reveal().replace('@/', '@localhost/'))) return url
  throw new ConfigError([
    'HEADGATE_DATABASE_URL is not a valid URL: percent-encode reserved characters, for example in the password.',
  ])
}

function toMasterKeySource(env: Env, dataDir: string): MasterKeySource {
  if (env.masterKey !== null) return { kind: 'value', secret: env.masterKey }
  if (env.masterKeyFile !== null) return { kind: 'file', path: resolve(env.masterKeyFile), generate: false }
  return { kind: 'file', path: join(dataDir, 'master-key'), generate: true }
}

function resolveLogFormat({ logFormat }: Env): 'json' | 'pretty' {
  if (logFormat !== 'auto') return logFormat
  return process.stderr.isTTY ? 'pretty' : 'json'
}
