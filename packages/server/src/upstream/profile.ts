import { z } from 'zod'
import { HeadgateError } from '@headgate/errors'
import { type UpstreamCredentialMode, upstreamCredentialModes } from '../catalog/upstream-credentials.ts'
import { type DialectName, dialectNames } from './dialect.ts'
import type { Quirks } from './remote-config.ts'
import { type IdentitySettings, identitySettings } from './identity.ts'

const text = z.string().min(1).max(2048)
const properties = z.record(z.string().min(1).max(128), z.string().max(8192))

/** Configured limits of the requests from one replica to an upstream catalog. */
interface LimitSettings {
  readonly concurrency?: number | undefined
  readonly waiting?: number | undefined
  readonly timeoutMs?: number | undefined
  readonly responseBytes?: number | undefined
}

const limits: z.ZodType<LimitSettings> = z.strictObject({
  concurrency: z
    .int()
    .min(1)
    .max(1024)
    .optional()
    .describe('Maximum number of concurrent requests to the upstream, for each replica. Default: 64.'),
  waiting: z
    .int()
    .min(0)
    .max(10_000)
    .optional()
    .describe(
      'Maximum number of requests that wait for a connection. Further requests receive 503. Default: 512.',
    ),
  timeoutMs: z
    .int()
    .min(100)
    .max(600_000)
    .optional()
    .describe('Time limit for a response of the upstream, in milliseconds. Default: 60000.'),
  responseBytes: z
    .int()
    .min(65_536)
    .max(268_435_456)
    .optional()
    .describe('Maximum size of a response of the upstream, in bytes. Default: 67108864.'),
})

const quirks: z.ZodType<Quirks> = z
  .strictObject({
    staging: z
      .enum(['upstream', 'early'])
      .optional()
      .describe(
        'early: the upstream has no stage-create. The server creates a staged table at once, and hides it until its first commit.',
      ),
    location: z
      .enum(['optional', 'required', 'refused'])
      .optional()
      .describe('Location in requests that create a table. required: the server chooses it.'),
    names: z
      .enum(['any', 'lower'])
      .optional()
      .describe('lower: the upstream refuses names with upper-case letters.'),
    purge: z
      .enum(['requested', 'always'])
      .optional()
      .describe('always: the upstream deletes the files of each table that it drops.'),
    transactions: z
      .enum(['upstream', 'none'])
      .optional()
      .describe('none: the upstream commits to one table at a time.'),
    firstCommit: z
      .enum(['all', 'data'])
      .optional()
      .describe('data: the upstream refuses changes of properties in the first commit to a table.'),
  })
  .meta({ id: 'UpstreamQuirks' })

/** Settings of an upstream catalog: the catalog to which a warehouse forwards requests. */
export interface UpstreamProfile {
  /** Base URL of the upstream catalog's Iceberg REST API, without `/v1`. */
  readonly uri: string
  /** Value of the query parameter `warehouse` of `GET /v1/config`. */
  readonly warehouse?: string | undefined
  /** Identity with which requests are sent to the upstream catalog. Absent: the service account in `auth`. */
  readonly identity?: IdentitySettings | undefined
  /**
   * Properties of the auth provider that authenticates requests to the upstream catalog, without its secrets.
   */
  readonly auth?: Readonly<Record<string, string>> | undefined
  /**
   * Properties of a second auth provider, for callers that may not modify the table. Absent: `auth`
   * authenticates all requests.
   */
  readonly authRead?: Readonly<Record<string, string>> | undefined
  /** Source of the storage credentials that clients receive. Default: `own` (this server issues them). */
  readonly credentials?: UpstreamCredentialMode | undefined
  /** Dialect (known kind of catalog) of the upstream. Default: `auto`. */
  readonly dialect?: DialectName | undefined
  /** Capabilities in which the upstream catalog differs from its dialect. */
  readonly quirks?: Quirks | undefined
  /**
   * Headers that are added to all requests to the upstream catalog. `check-headers.ts` lists the allowed
   * names.
   */
  readonly headers?: Readonly<Record<string, string>> | undefined
  readonly limits?: LimitSettings | undefined
}

const fields = {
  uri: text.describe('Base URL of the Iceberg REST interface of the upstream, before /v1.'),
  warehouse: text.optional().describe('Warehouse that GET /v1/config of the upstream receives.'),
  identity: identitySettings.optional(),
  auth: properties
    .optional()
    .describe(
      'Properties of the auth provider for requests to the upstream, such as rest.auth.type, without secrets.',
    ),
  authRead: properties
    .optional()
    .describe(
      'Properties of the auth provider for loads of callers that may not modify the table, without secrets. Default: auth. An empty object removes them.',
    ),
  credentials: z
    .enum(upstreamCredentialModes)
    .optional()
    .describe(
      'Storage credentials for clients. own: of this server, by vending. relay: the storage gateway of this server uses credentials of the upstream, which clients do not receive. pass: those of the upstream. none: none. Default: own.',
    ),
  dialect: z
    .enum(dialectNames)
    .optional()
    .describe(
      'Catalog of the upstream. Default: auto, which recognizes it by its host name and its configuration.',
    ),
  quirks: quirks.optional().describe('Capabilities in which the upstream differs from its dialect.'),
  headers: properties
    .optional()
    .describe(
      'Headers of all requests to the upstream: x-goog-user-project, polaris-realm, x-project-id or x-databricks-org-id.',
    ),
  limits: limits.optional(),
}

/**
 * Secret properties of the auth provider, by name. They are stored encrypted, and no response contains them.
 */
const secrets = properties
  .optional()
  .describe('Secret properties of the auth provider. Stored encrypted. No response contains them.')

const secretsRead = properties
  .optional()
  .describe('Secret properties for authRead. Stored encrypted. No response contains them.')

/** Settings of the upstream catalog in a request that creates a warehouse. */
export interface UpstreamBody extends UpstreamProfile {
  readonly secrets?: Readonly<Record<string, string>> | undefined
  readonly secretsRead?: Readonly<Record<string, string>> | undefined
}

export const upstreamBody: z.ZodType<UpstreamBody> = z
  .strictObject({ ...fields, secrets, secretsRead })
  .meta({ id: 'NewUpstream' })

/** Settings of the upstream catalog in a request that changes a warehouse. Absent members do not change. */
export type UpstreamChange = Omit<UpstreamBody, 'uri'> & { readonly uri?: string | undefined }

export const upstreamChange: z.ZodType<UpstreamChange> = z
  .strictObject({ ...fields, uri: fields.uri.optional(), secrets, secretsRead })
  .meta({ id: 'UpstreamChange' })

const stored = z.strictObject(fields)

/**
 * Parses the settings of the upstream catalog from the database row of its warehouse.
 *
 * @throws HeadgateError `internal` when the settings in the row are malformed
 */
export function parseUpstreamProfile(value: Readonly<Record<string, unknown>>): UpstreamProfile {
  const parsed = stored.safeParse(value)
  if (parsed.success) return parsed.data
  throw new HeadgateError('internal', 'The upstream settings of the warehouse are malformed: set them again.')
}

/** Limits of the requests to an upstream catalog, with default values for limits that are not configured. */
export interface UpstreamLimits {
  readonly concurrency: number
  readonly waiting: number
  readonly timeoutMs: number
  readonly responseBytes: number
}

export function toLimits({ limits: configured }: Pick<UpstreamProfile, 'limits'>): UpstreamLimits {
  return {
    concurrency: configured?.concurrency ?? 64,
    waiting: configured?.waiting ?? 512,
    timeoutMs: configured?.timeoutMs ?? 60_000,
    responseBytes: configured?.responseBytes ?? 64 * 1024 * 1024,
  }
}
