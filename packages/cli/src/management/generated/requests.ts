// Generated from docs/reference/management-openapi.json by `npm run docs`. Do not edit.

import { z } from 'zod'
import type { Members } from '../members.ts'
import type {
  EngineChange,
  FileStorage,
  S3Storage,
  SubjectRule,
  UpstreamChange,
  UpstreamIdentity,
  UpstreamQuirks,
  Vending,
  WarehouseChange,
} from './schemas.ts'

export const subjectRuleMembers: Members<SubjectRule> = {
  issuer: z
    .string()
    .min(1)
    .max(512)
    .describe('headgate for principals of this server, otherwise the URL of the issuer.'),
  pattern: z
    .string()
    .min(1)
    .max(256)
    .default('*')
    .describe('Pattern for the whole subject or login. * matches any text, ? matches one character.'),
  groups: z
    .array(z.string().min(1).max(512))
    .max(100)
    .default([])
    .describe(
      'Groups at the issuer. The user must be in one of these groups. Empty: the user need not be in a group.',
    ),
}

export const subjectRuleRequest: z.ZodType<SubjectRule> = z.strictObject(subjectRuleMembers)

export const engineChangeMembers: Members<EngineChange> = {
  subjects: z
    .array(subjectRuleRequest)
    .max(100)
    .describe(
      'Users for which the engine may act: those that match one of these rules. Without rules, the engine may act for no user.',
    )
    .optional(),
  namesIssuer: z
    .string()
    .min(1)
    .max(512)
    .nullable()
    .describe(
      'Issuer of the users that the engine identifies only by a user name. Null: the engine may not identify users by name.',
    )
    .optional(),
  unsignedSubjects: z
    .boolean()
    .describe(
      'The engine may name its user in an unsigned token, as Iceberg clients do (Trino: iceberg.rest-catalog.session=USER).',
    )
    .optional(),
  assertions: z
    .boolean()
    .describe('The engine may name its user in a token that it signs with a registered key (RFC 7523).')
    .optional(),
  makesPrincipals: z
    .boolean()
    .describe(
      'The server creates a principal for an unknown user that the engine names, but never for a user of a configured issuer.',
    )
    .optional(),
  namesAdministrators: z
    .boolean()
    .describe(
      'The engine may also name users who have manage on the server, although these users have not been authenticated.',
    )
    .optional(),
  firstCalls: z
    .enum(['deny', 'config-only', 'service'])
    .describe(
      'Requests that the engine may send without a user. deny: none. config-only: only the catalog configuration. service: everything for which the engine itself has privileges.',
    )
    .optional(),
  warehouses: z
    .array(z.string().min(1).max(1024))
    .max(1000)
    .nullable()
    .describe('Names or ids of the warehouses that the engine may use, for all users. Null: all warehouses.')
    .optional(),
  privileges: z
    .array(z.enum(['use', 'select', 'modify', 'create', 'manage', 'administer-storage']))
    .max(6)
    .nullable()
    .describe(
      'Privileges that the engine may use, for all users, including the privileges that they imply. Null: all privileges except administer-storage, which must be listed.',
    )
    .optional(),
  administers: z
    .boolean()
    .describe('The engine may call administrative operations for users who may call them.')
    .optional(),
  refreshes: z
    .boolean()
    .describe('The engine may renew storage credentials of its users without a token of the user.')
    .optional(),
  viewChains: z
    .boolean()
    .describe(
      'The server trusts the engine to name the views through which it reads a table (referenced-by).',
    )
    .optional(),
  enforcesRestrictions: z
    .boolean()
    .describe(
      'The server trusts the engine to enforce the row filters and column projections of restricted grants (read-restrictions).',
    )
    .optional(),
  tokenSeconds: z
    .int()
    .min(60)
    .max(86400)
    .describe('Lifetime in seconds of tokens that the engine gets for its users.')
    .optional(),
  sessionSeconds: z
    .int()
    .min(60)
    .max(2592000)
    .describe(
      'Time in seconds for which a token of a user can be renewed, counted from the authentication of the user.',
    )
    .optional(),
}

export const engineChangeRequest: z.ZodType<EngineChange> = z.strictObject(engineChangeMembers)

export const fileStorageMembers: Members<FileStorage> = {
  type: z.literal('file'),
  root: z.string().min(1).max(2048).describe('Directory on the server, for example file:///data/lake.'),
  bucket: z
    .string()
    .min(1)
    .max(2048)
    .describe('Bucket name under which the storage gateway shows the directory to clients.')
    .optional(),
  fileMode: z
    .string()
    .min(1)
    .max(2048)
    .describe(
      'Permission bits of new files, in octal: use `0640` if engines of the same group read them. Default: `0600`. The mode of existing files and directories does not change.',
    )
    .optional(),
}

export const fileStorageRequest: z.ZodType<FileStorage> = z.strictObject(fileStorageMembers)

export const s3StorageMembers: Members<S3Storage> = {
  type: z.literal('s3'),
  bucket: z.string().min(1).max(2048),
  prefix: z
    .string()
    .min(1)
    .max(2048)
    .describe('Folder of the bucket that the warehouse owns. Default: the whole bucket.')
    .optional(),
  endpoint: z.string().min(1).max(2048).describe('Base URL of an object store other than AWS.').optional(),
  region: z
    .string()
    .min(1)
    .max(2048)
    .describe('AWS region. Default if endpoint is set: us-east-1.')
    .optional(),
  store: z
    .string()
    .describe(
      'Name of the object store, which must be equal for all warehouses on this store. Required if one store has several endpoints.',
    )
    .optional(),
  pathStyle: z
    .boolean()
    .describe('True: the URL path contains the bucket. Default: true if endpoint is set, otherwise false.')
    .optional(),
  accessKeyId: z.string().min(1).max(2048).optional(),
  secretAccessKey: z
    .string()
    .min(1)
    .max(16384)
    .describe('Secret access key. The server stores it encrypted, and no response contains it.')
    .optional(),
  sessionToken: z.string().min(1).max(16384).optional(),
  credentials: z
    .enum(['default-chain', 'none'])
    .describe(
      'default-chain: use the keys of the machine on which the server runs, instead of own keys. none: the server has no access to the storage, which is possible for upstream warehouses with credentials relay, pass or none.',
    )
    .optional(),
}

export const s3StorageRequest: z.ZodType<S3Storage> = z.strictObject(s3StorageMembers)

export const vendingRequest: z.ZodType<Vending> = z.discriminatedUnion('mode', [
  z.strictObject({ mode: z.literal('none') }),
  z.strictObject({
    mode: z.literal('gateway'),
    lifetimeSeconds: z
      .int()
      .gt(0)
      .max(604800)
      .describe('Lifetime of storage credentials, in seconds. Default: 3600.')
      .optional(),
    whenNotAsked: z
      .boolean()
      .describe(
        'Issue storage credentials even to clients that do not request them with X-Iceberg-Access-Delegation. Default: true in mode gateway, else false.',
      )
      .optional(),
    omitEndpointFor: z
      .array(z.string().min(1).max(100))
      .max(10)
      .describe(
        'User-Agent patterns of clients whose storage credentials must not contain s3.endpoint, such as ClickHouse*. In a pattern, * is any text and ? is one character. Default: no client.',
      )
      .optional(),
  }),
  z.strictObject({
    mode: z.literal('remote-signing'),
    whenNotAsked: z
      .boolean()
      .describe(
        'Issue storage credentials even to clients that do not request them with X-Iceberg-Access-Delegation. Default: true in mode gateway, else false.',
      )
      .optional(),
  }),
  z.strictObject({
    mode: z.literal('sts'),
    stsEndpoint: z
      .string()
      .max(2048)
      .describe('Base URL of the security token service. Default: the endpoint of the storage, or AWS.')
      .optional(),
    roleArn: z
      .string()
      .max(2048)
      .regex(new RegExp('^arn:[\\w-]+:[\\w-]+:[\\w-]*:\\d*:[\\w+=,.@/:-]+$'))
      .describe('ARN of the role that the server assumes. Required at AWS.')
      .optional(),
    externalId: z
      .string()
      .min(2)
      .max(1224)
      .describe('External id that the trust policy of the role requires.')
      .optional(),
    identity: z
      .enum(['keys', 'server-token', 'user-token'])
      .describe(
        'Identity with which the server calls the token service: the storage keys, the token of the server itself, or a token that the server mints for the user.',
      )
      .optional(),
    kmsKeyArns: z
      .array(z.string().max(2048).regex(new RegExp('^arn:[\\w-]+:[\\w-]+:[\\w-]*:\\d*:[\\w+=,.@/:-]+$')))
      .max(10)
      .describe('ARNs of the KMS keys that encrypt the objects.')
      .optional(),
    sessionTags: z.boolean().describe('Add tags with the principal to the session.').optional(),
    tokenAudience: z
      .string()
      .min(1)
      .max(255)
      .describe('Audience of the token. Only with identity user-token. Default: sts.amazonaws.com.')
      .optional(),
    tokenClaims: z
      .record(z.string(), z.string().max(2048))
      .describe(
        'Additional claims of the token, such as the policy that MinIO requires. Only with identity user-token.',
      )
      .optional(),
    lifetimeSeconds: z
      .int()
      .gt(0)
      .max(604800)
      .describe('Lifetime of storage credentials, in seconds. Default: 3600.')
      .optional(),
    whenNotAsked: z
      .boolean()
      .describe(
        'Issue storage credentials even to clients that do not request them with X-Iceberg-Access-Delegation. Default: true in mode gateway, else false.',
      )
      .optional(),
    omitEndpointFor: z
      .array(z.string().min(1).max(100))
      .max(10)
      .describe(
        'User-Agent patterns of clients whose storage credentials must not contain s3.endpoint, such as ClickHouse*. In a pattern, * is any text and ? is one character. Default: no client.',
      )
      .optional(),
  }),
  z.strictObject({
    mode: z.literal('static'),
    longLivedKeysMayLeaveTheServer: z
      .literal(true)
      .describe(
        'Confirms that every client that may load a table receives the storage keys, which do not expire.',
      ),
    omitEndpointFor: z
      .array(z.string().min(1).max(100))
      .max(10)
      .describe(
        'User-Agent patterns of clients whose storage credentials must not contain s3.endpoint, such as ClickHouse*. In a pattern, * is any text and ? is one character. Default: no client.',
      )
      .optional(),
  }),
])

export const upstreamIdentityMembers: Members<UpstreamIdentity> = {
  mode: z
    .enum(['service', 'assert', 'exchange', 'forward'])
    .describe(
      'Identity of requests to the upstream. service: the account in auth and secrets. assert: a JWT that the server mints for the user, for 5 minutes. exchange: a token that a token endpoint issues for the token of the user. forward: the token of the user itself.',
    ),
  audience: z
    .string()
    .min(1)
    .max(2048)
    .describe(
      'Audience (aud) of the JWT that the server mints (assert), of the exchanged token (exchange), or of tokens that are forwarded (forward). Required for assert and forward.',
    )
    .optional(),
  subject: z
    .enum(['subject', 'login'])
    .describe(
      'Claim sub of the JWT that the server mints. subject: the name of a principal of this server; for other principals, issuer and subject, separated by #. login: the name with which the user signs in at its issuer. Default: subject.',
    )
    .optional(),
  groups: z
    .boolean()
    .describe('True: the JWT that the server mints contains the groups of the user. Default: false.')
    .optional(),
}

export const upstreamIdentityRequest: z.ZodType<UpstreamIdentity> = z.strictObject(upstreamIdentityMembers)

export const upstreamQuirksMembers: Members<UpstreamQuirks> = {
  staging: z
    .enum(['upstream', 'early'])
    .describe(
      'early: the upstream has no stage-create. The server creates a staged table at once, and hides it until its first commit.',
    )
    .optional(),
  location: z
    .enum(['optional', 'required', 'refused'])
    .describe('Location in requests that create a table. required: the server chooses it.')
    .optional(),
  names: z
    .enum(['any', 'lower'])
    .describe('lower: the upstream refuses names with upper-case letters.')
    .optional(),
  purge: z
    .enum(['requested', 'always'])
    .describe('always: the upstream deletes the files of each table that it drops.')
    .optional(),
  transactions: z
    .enum(['upstream', 'none'])
    .describe('none: the upstream commits to one table at a time.')
    .optional(),
  firstCommit: z
    .enum(['all', 'data'])
    .describe('data: the upstream refuses changes of properties in the first commit to a table.')
    .optional(),
}

export const upstreamQuirksRequest: z.ZodType<UpstreamQuirks> = z.strictObject(upstreamQuirksMembers)

export const upstreamChangeMembers: Members<UpstreamChange> = {
  uri: z
    .string()
    .min(1)
    .max(2048)
    .describe('Base URL of the Iceberg REST interface of the upstream, before /v1.')
    .optional(),
  warehouse: z
    .string()
    .min(1)
    .max(2048)
    .describe('Warehouse that GET /v1/config of the upstream receives.')
    .optional(),
  identity: upstreamIdentityRequest.optional(),
  auth: z
    .record(z.string(), z.string().max(8192))
    .describe(
      'Properties of the auth provider for requests to the upstream, such as rest.auth.type, without secrets.',
    )
    .optional(),
  authRead: z
    .record(z.string(), z.string().max(8192))
    .describe(
      'Properties of the auth provider for loads of callers that may not modify the table, without secrets. Default: auth. An empty object removes them.',
    )
    .optional(),
  credentials: z
    .enum(['own', 'relay', 'pass', 'none'])
    .describe(
      'Storage credentials for clients. own: of this server, by vending. relay: the storage gateway of this server uses credentials of the upstream, which clients do not receive. pass: those of the upstream. none: none. Default: own.',
    )
    .optional(),
  dialect: z
    .enum([
      'auto',
      'standard',
      'glue',
      's3tables',
      'biglake',
      'onelake',
      'unity',
      'nessie',
      'polaris',
      'lakekeeper',
    ])
    .describe(
      'Catalog of the upstream. Default: auto, which recognizes it by its host name and its configuration.',
    )
    .optional(),
  quirks: upstreamQuirksRequest
    .describe('Capabilities in which the upstream differs from its dialect.')
    .optional(),
  headers: z
    .record(z.string(), z.string().max(8192))
    .describe(
      'Headers of all requests to the upstream: x-goog-user-project, polaris-realm, x-project-id or x-databricks-org-id.',
    )
    .optional(),
  limits: z
    .strictObject({
      concurrency: z
        .int()
        .min(1)
        .max(1024)
        .describe('Maximum number of concurrent requests to the upstream, for each replica. Default: 64.')
        .optional(),
      waiting: z
        .int()
        .min(0)
        .max(10000)
        .describe(
          'Maximum number of requests that wait for a connection. Further requests receive 503. Default: 512.',
        )
        .optional(),
      timeoutMs: z
        .int()
        .min(100)
        .max(600000)
        .describe('Time limit for a response of the upstream, in milliseconds. Default: 60000.')
        .optional(),
      responseBytes: z
        .int()
        .min(65536)
        .max(268435456)
        .describe('Maximum size of a response of the upstream, in bytes. Default: 67108864.')
        .optional(),
    })
    .optional(),
  secrets: z
    .record(z.string(), z.string().max(8192))
    .describe('Secret properties of the auth provider. Stored encrypted. No response contains them.')
    .optional(),
  secretsRead: z
    .record(z.string(), z.string().max(8192))
    .describe('Secret properties for authRead. Stored encrypted. No response contains them.')
    .optional(),
}

export const upstreamChangeRequest: z.ZodType<UpstreamChange> = z.strictObject(upstreamChangeMembers)

export const warehouseChangeMembers: Members<WarehouseChange> = {
  store: z
    .string()
    .nullable()
    .describe(
      'New name of the object store, which also applies to the other warehouses with the same endpoint. Null: no name. The request must contain no other change.',
    )
    .optional(),
  storageKeys: z
    .strictObject({
      accessKeyId: z.string().min(1).max(2048).optional(),
      secretAccessKey: z
        .string()
        .min(1)
        .max(16384)
        .describe('Secret access key. The server stores it encrypted, and no response contains it.')
        .optional(),
      sessionToken: z.string().min(1).max(16384).optional(),
    })
    .describe('New storage keys of the warehouse. The storage itself does not change.')
    .optional(),
  fileMode: z
    .string()
    .min(1)
    .max(2048)
    .describe(
      'Permission bits of new files, in octal: use `0640` if engines of the same group read them. Default: `0600`. The mode of existing files and directories does not change.',
    )
    .optional(),
  upstream: upstreamChangeRequest
    .describe('Changed settings of the upstream. New secrets replace all of them.')
    .optional(),
  allowedLocations: z
    .array(z.string().min(1).max(2048))
    .max(100)
    .describe('Further locations on the same object store that tables may use.')
    .optional(),
  retentionSeconds: z
    .int()
    .min(0)
    .max(316224000)
    .describe(
      'Time in seconds for which dropped tables and views can be restored. 0: they cannot be restored.',
    )
    .optional(),
  defaults: z
    .record(z.string(), z.string().max(4096))
    .describe('Client properties that apply unless the client itself sets them.')
    .optional(),
  overrides: z
    .record(z.string(), z.string().max(4096))
    .describe('Client properties that replace the settings of the client.')
    .optional(),
  vending: vendingRequest
    .describe('How clients get access to the storage. A change replaces all vending settings.')
    .optional(),
  protected: z.boolean().describe('True: the warehouse cannot be deleted.').optional(),
  skipProbe: z
    .boolean()
    .describe('True: the server does not test the storage by writing, reading and deleting an object.')
    .optional(),
}

export const warehouseChangeRequest: z.ZodType<WarehouseChange> = z.strictObject(warehouseChangeMembers)
