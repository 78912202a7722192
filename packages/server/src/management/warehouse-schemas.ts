import { HeadgateError } from '@headgate/errors'
import { z } from 'zod'
import { contains, parseLocation, parseStorageProfile, type StorageProfile } from '@headgate/storage'
import type { WarehouseRow } from '../catalog/warehouses.ts'
import { type VendingProfile, vendingProfile } from '../catalog/vending-profile.ts'
import { type UpstreamBody, upstreamBody, type UpstreamChange, upstreamChange } from '../upstream/profile.ts'
import { id, idOrName, instant, formatInstant, ownerField } from './schemas.ts'

const text = z.string().min(1).max(2048)
const secret = z.string().min(1).max(16_384)
const maxRetentionSeconds = 10 * 366 * 86_400

const warehouseName: z.ZodType<string> = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9_.-]{0,62}$/,
    'must be 1 to 63 characters of a-z 0-9 _ . -, and begin with a letter or digit',
  )

const fileMode = text
  .optional()
  .describe(
    'Permission bits of new files, in octal: use `0640` if engines of the same group read them. Default: `0600`. The mode of existing files and directories does not change.',
  )

const fileStorage = z
  .strictObject({
    type: z.literal('file'),
    root: text.describe('Directory on the server, for example file:///data/lake.'),
    bucket: text
      .optional()
      .describe('Bucket name under which the storage gateway shows the directory to clients.'),
    fileMode,
  })
  .meta({ id: 'FileStorage' })

const s3Keys = {
  accessKeyId: text.optional(),
  secretAccessKey: secret
    .optional()
    .describe('Secret access key. The server stores it encrypted, and no response contains it.'),
  sessionToken: secret.optional(),
}

const s3Storage = z
  .strictObject({
    type: z.literal('s3'),
    bucket: text,
    prefix: text
      .optional()
      .describe('Folder of the bucket that the warehouse owns. Default: the whole bucket.'),
    endpoint: text.optional().describe('Base URL of an object store other than AWS.'),
    region: text.optional().describe('AWS region. Default if endpoint is set: us-east-1.'),
    store: z
      .string()
      .optional()
      .describe(
        'Name of the object store, which must be equal for all warehouses on this store. Required if one store has several endpoints.',
      ),
    pathStyle: z
      .boolean()
      .optional()
      .describe('True: the URL path contains the bucket. Default: true if endpoint is set, otherwise false.'),
    ...s3Keys,
    credentials: z
      .enum(['default-chain', 'none'])
      .optional()
      .describe(
        'default-chain: use the keys of the machine on which the server runs, instead of own keys. none: the server has no access to the storage, which is possible for upstream warehouses with credentials relay, pass or none.',
      ),
  })
  .meta({ id: 'S3Storage' })

type FileBody = {
  readonly type: 'file'
  readonly root: string
  readonly bucket?: string | undefined
  readonly fileMode?: string | undefined
}
type S3Body = {
  readonly type: 's3'
  readonly bucket: string
  readonly prefix?: string | undefined
  readonly endpoint?: string | undefined
  readonly region?: string | undefined
  readonly credentials?: 'default-chain' | 'none' | undefined
}

/** Storage of a new warehouse. `toProfile` validates the combination of its fields. */
export type StorageBody = FileBody | S3Body

export const storageBody: z.ZodType<StorageBody> = z
  .discriminatedUnion('type', [fileStorage, s3Storage])
  .meta({ id: 'Storage' })

const properties = z
  .record(z.string().min(1).max(256), z.string().max(4096))
  .refine((value) => Object.keys(value).length <= 100, 'must be 100 at most')

const settings = {
  allowedLocations: z
    .array(text)
    .max(100)
    .optional()
    .describe('Further locations on the same object store that tables may use.'),
  retentionSeconds: z
    .int()
    .min(0)
    .max(maxRetentionSeconds)
    .optional()
    .describe(
      'Time in seconds for which dropped tables and views can be restored. 0: they cannot be restored.',
    ),
  defaults: properties
    .optional()
    .describe('Client properties that apply unless the client itself sets them.'),
  overrides: properties.optional().describe('Client properties that replace the settings of the client.'),
  vending: vendingProfile
    .optional()
    .describe('How clients get access to the storage. A change replaces all vending settings.'),
  protected: z.boolean().optional().describe('True: the warehouse cannot be deleted.'),
  skipProbe: z
    .boolean()
    .optional()
    .describe('True: the server does not test the storage by writing, reading and deleting an object.'),
}

interface SettingsBody {
  readonly allowedLocations?: string[] | undefined
  readonly retentionSeconds?: number | undefined
  readonly defaults?: Record<string, string> | undefined
  readonly overrides?: Record<string, string> | undefined
  readonly vending?: VendingProfile | undefined
  readonly protected?: boolean | undefined
  readonly skipProbe?: boolean | undefined
}

interface NewWarehouse extends SettingsBody {
  readonly name: string
  readonly storage?: StorageBody | undefined
  readonly owner?: string | undefined
  readonly upstream?: UpstreamBody | undefined
}

export interface WarehouseChange extends SettingsBody {
  readonly store?: string | null | undefined
  readonly storageKeys?: Readonly<Record<string, string | undefined>> | undefined
  readonly fileMode?: string | undefined
  readonly upstream?: UpstreamChange | undefined
}

/** Id or name of the principal that becomes the owner of a new object. Absent: the caller. */
export const newOwner: z.ZodType<string> = idOrName.describe(
  'Owner instead of the caller: a principal, or server for no owner. Requires manage on the server.',
)

export const newWarehouse: z.ZodType<NewWarehouse> = z
  .strictObject({
    name: warehouseName,
    storage: storageBody
      .optional()
      .describe(
        'Storage of the warehouse. Optional for an upstream warehouse with credentials relay, pass or none, whose tables are then in its allowedLocations.',
      ),
    owner: newOwner.optional(),
    upstream: upstreamBody
      .optional()
      .describe(
        'Catalog to which the warehouse forwards requests. Absent: the server manages the tables itself.',
      ),
    ...settings,
  })
  .meta({ id: 'NewWarehouse' })
export const warehouseChange: z.ZodType<WarehouseChange> = z
  .strictObject({
    store: z
      .string()
      .nullable()
      .optional()
      .describe(
        'New name of the object store, which also applies to the other warehouses with the same endpoint. Null: no name. The request must contain no other change.',
      ),
    storageKeys: z
      .strictObject(s3Keys)
      .optional()
      .describe('New storage keys of the warehouse. The storage itself does not change.'),
    fileMode,
    upstream: upstreamChange
      .optional()
      .describe('Changed settings of the upstream. New secrets replace all of them.'),
    ...settings,
  })
  .meta({ id: 'WarehouseChange' })

/** Warehouse in responses to callers that manage it. Contains no secret. */
export interface WarehouseView {
  readonly id: string
  readonly name: string
  readonly kind: 'managed' | 'upstream'
  readonly storage: Record<string, unknown>
  readonly hasSecret: boolean
  readonly allowedLocations: string[]
  readonly retentionSeconds: number
  readonly defaults: Record<string, string>
  readonly overrides: Record<string, string>
  readonly vending: Record<string, unknown>
  readonly protected: boolean
  readonly upstream: Record<string, unknown> | null
  readonly hasUpstreamSecret: boolean
  readonly notBefore: string
  readonly ownerId: string
  readonly owner: string | null
  readonly version: number
  readonly createdAt: string
  readonly updatedAt: string
}

export const warehouseView: z.ZodType<WarehouseView> = z
  .strictObject({
    id,
    name: z.string(),
    kind: z.enum(['managed', 'upstream']),
    storage: z
      .record(z.string(), z.unknown())
      .describe('Storage settings of the warehouse, without secrets.'),
    hasSecret: z.boolean().describe('True: the server stores secret keys for the storage.'),
    allowedLocations: z.array(z.string()),
    retentionSeconds: z.int(),
    defaults: z.record(z.string(), z.string()),
    overrides: z.record(z.string(), z.string()),
    vending: z
      .record(z.string(), z.unknown())
      .describe('Settings that decide how clients get access to the storage.'),
    protected: z.boolean(),
    upstream: z
      .record(z.string(), z.unknown())
      .nullable()
      .describe(
        'Catalog to which the warehouse forwards requests, without secrets. Null: a managed warehouse.',
      ),
    hasUpstreamSecret: z.boolean().describe('True: the server stores secrets for the upstream.'),
    notBefore: instant.describe('Storage access that was issued before this time is invalid.'),
    ownerId: id,
    owner: ownerField,
    version: z.int().describe('A random number that changes with every change of the settings.'),
    createdAt: instant,
    updatedAt: instant,
  })
  .meta({ id: 'Warehouse' })

/**
 * Converts the row of a warehouse to its form in responses.
 *
 * @param owner name of the owner, from `owner-name.ts`
 */
export function toWarehouseView(row: WarehouseRow, owner: string | null): WarehouseView {
  const { id, name, kind, retentionSeconds, ownerId, version } = row
  return {
    id,
    name,
    kind,
    storage: { ...row.storage },
    hasSecret: row.storageSecret !== null,
    allowedLocations: [...row.allowedLocations],
    retentionSeconds,
    defaults: { ...row.defaults },
    overrides: { ...row.overrides },
    vending: { ...row.vending },
    upstream: row.upstream === null ? null : { ...row.upstream },
    hasUpstreamSecret: row.upstreamSecret !== null,
    notBefore: formatInstant(row.notBefore),
    protected: row.protected,
    ownerId,
    owner,
    version,
    createdAt: formatInstant(row.createdAt),
    updatedAt: formatInstant(row.updatedAt),
  }
}

/**
 * Converts the storage in a request to the profile that the database stores.
 *
 * @throws HeadgateError `bad-request` for a combination of fields that is not valid
 */
export function toProfile(body: StorageBody): StorageProfile {
  if (body.type === 'file') return parseStorageProfile(body)
  const hasDefault = body.endpoint !== undefined || body.credentials === 'none'
  const region = body.region ?? (hasDefault ? 'us-east-1' : undefined)
  return parseStorageProfile({ ...body, ...(region === undefined ? {} : { region }) })
}

/**
 * Returns the storage profile and the additional allowed locations of a new warehouse. For a request without storage,
 * the first allowed location is the root of the warehouse, and the server itself has no access to the storage.
 *
 * @throws HeadgateError `bad-request`
 */
export function toStorage({
  storage,
  allowedLocations = [],
}: Pick<NewWarehouse, 'storage' | 'allowedLocations'>): {
  readonly profile: StorageProfile
  readonly allowedLocations: string[]
} {
  if (storage !== undefined) return { profile: toProfile(storage), allowedLocations }
  const [root, ...others] = allowedLocations
  if (root === undefined)
    throw new HeadgateError(
      'bad-request',
      'The warehouse needs storage, or at least one of allowedLocations.',
    )
  const { scheme, bucket, key } = parseLocation(root)
  if (scheme !== 's3')
    throw new HeadgateError(
      'bad-request',
      'A warehouse without storage needs allowedLocations in S3, such as s3://bucket/folder.',
    )
  const prefix = key === '' ? {} : { prefix: key }
  const profile = toProfile({ type: 's3', bucket, ...prefix, credentials: 'none' })
  return { profile, allowedLocations: others }
}

/**
 * Checks that the locations of a warehouse on the server's disk are in directories that the operator allows
 * (`fileRoots`).
 *
 * @throws HeadgateError `forbidden` when a location is outside of these directories
 */
export function checkFileRoots(
  profile: StorageProfile,
  allowedLocations: readonly string[],
  fileRoots: readonly string[],
): void {
  if (profile.type !== 'file') return
  for (const place of [profile.root, ...allowedLocations].map(parseLocation)) {
    if (place.scheme !== 'file' || fileRoots.some((root) => contains(parseLocation(root), place))) continue
    throw new HeadgateError(
      'forbidden',
      `This server allows no warehouses at ${place.text}. Its operator configures the directories that warehouses may use.`,
    )
  }
}
