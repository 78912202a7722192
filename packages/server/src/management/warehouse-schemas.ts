import { HeadgateError } from '@headgate/errors'
import { z } from 'zod'
import { contains, parseLocation, parseStorageProfile, type StorageProfile } from '@headgate/storage'
import type { WarehouseRow } from '../catalog/warehouses.ts'
import { type VendingProfile, vendingProfile } from '../catalog/vending-profile.ts'
import { id, instant, formatInstant, ownerField } from './schemas.ts'

const text = z.string().min(1).max(2048)
const secret = z.string().min(1).max(16_384)
const maxRetentionSeconds = 10 * 366 * 86_400

export const warehouseName: z.ZodType<string> = z
  .string()
  .regex(/^[a-z0-9][a-z0-9_.-]{0,62}$/, 'must be 1 to 63 of a-z 0-9 _ . -, and begin with a letter or digit')

const fileMode = text
  .optional()
  .describe(
    'Permission bits of new files, in octal: `0640` where engines of the same group read them. Default: `0600`. The mode of existing files and directories does not change.',
  )

const fileStorage = z
  .strictObject({
    type: z.literal('file'),
    root: text.describe('A directory of the server: file:///data/lake.'),
    bucket: text
      .optional()
      .describe('The bucket as which clients see the directory; the storage gateway serves it.'),
    fileMode,
  })
  .meta({ id: 'FileStorage' })

const s3Keys = {
  accessKeyId: text.optional(),
  secretAccessKey: secret.optional().describe('Sealed when it is kept, and never shown again.'),
  sessionToken: secret.optional(),
}

const s3Storage = z
  .strictObject({
    type: z.literal('s3'),
    bucket: text,
    prefix: text.optional().describe('Folder of the bucket that the warehouse owns; all of it without one.'),
    endpoint: text.optional().describe('Base URL of a store that is not AWS.'),
    region: text.optional().describe('Default with an endpoint: us-east-1.'),
    store: z
      .string()
      .optional()
      .describe(
        'Name of the store, equal for all warehouses on it. Needed when one store has several endpoints.',
      ),
    pathStyle: z.boolean().optional().describe('Bucket in the path. Default: true exactly with an endpoint.'),
    ...s3Keys,
    credentials: z
      .literal('default-chain')
      .optional()
      .describe('Instead of keys: those of the machine that the server runs on.'),
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
  readonly endpoint?: string | undefined
  readonly region?: string | undefined
}

/** Storage of a new warehouse. `toProfile` validates it as a whole. */
export type StorageBody = FileBody | S3Body

export const storageBody: z.ZodType<StorageBody> = z
  .discriminatedUnion('type', [fileStorage, s3Storage])
  .meta({ id: 'Storage' })

const properties = z
  .record(z.string().min(1).max(256), z.string().max(4096))
  .refine((given) => Object.keys(given).length <= 100, 'must be 100 at most')

const settings = {
  allowedLocations: z
    .array(text)
    .max(100)
    .optional()
    .describe('Further places, on the same store, that tables may have their files in.'),
  retentionSeconds: z
    .int()
    .min(0)
    .max(maxRetentionSeconds)
    .optional()
    .describe('How long dropped tables and views can be restored; 0: not at all.'),
  defaults: properties.optional().describe('Properties for clients that do not set them.'),
  overrides: properties.optional().describe('Properties that clients must take.'),
  vending: vendingProfile.optional().describe('How clients get access to the storage; taken as a whole.'),
  protected: z.boolean().optional().describe('It cannot be deleted.'),
  skipProbe: z.boolean().optional().describe('Do not write, read and delete an object first.'),
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
  readonly storage: StorageBody
}

export interface WarehouseChange extends SettingsBody {
  readonly store?: string | null | undefined
  readonly storageKeys?: Readonly<Record<string, string | undefined>> | undefined
  readonly fileMode?: string | undefined
}

export const newWarehouse: z.ZodType<NewWarehouse> = z
  .strictObject({ name: warehouseName, storage: storageBody, ...settings })
  .meta({ id: 'NewWarehouse' })
export const warehouseChange: z.ZodType<WarehouseChange> = z
  .strictObject({
    store: z
      .string()
      .nullable()
      .optional()
      .describe(
        'New name of the store, also for the other warehouses with the same endpoint; null: none. In a request without other changes.',
      ),
    storageKeys: z.strictObject(s3Keys).optional().describe('New keys for the same place.'),
    fileMode,
    ...settings,
  })
  .meta({ id: 'WarehouseChange' })

/** A warehouse as those see it who manage it. Never with a secret. */
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
    storage: z.record(z.string(), z.unknown()).describe('Settings as the request set them, without secrets.'),
    hasSecret: z.boolean().describe('Whether secret keys are kept for the storage.'),
    allowedLocations: z.array(z.string()),
    retentionSeconds: z.int(),
    defaults: z.record(z.string(), z.string()),
    overrides: z.record(z.string(), z.string()),
    vending: z.record(z.string(), z.unknown()).describe('How clients get access to the storage.'),
    protected: z.boolean(),
    notBefore: instant.describe('Storage access that was issued earlier is invalid.'),
    ownerId: id,
    owner: ownerField,
    version: z.int().describe('A random number that changes with every change of the settings.'),
    createdAt: instant,
    updatedAt: instant,
  })
  .meta({ id: 'Warehouse' })

/** @param owner see `owner-name.ts` */
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
    notBefore: formatInstant(row.notBefore),
    protected: row.protected,
    ownerId,
    owner,
    version,
    createdAt: formatInstant(row.createdAt),
    updatedAt: formatInstant(row.updatedAt),
  }
}

/** @throws HeadgateError `bad-request` */
export function toProfile(body: StorageBody): StorageProfile {
  if (body.type === 'file') return parseStorageProfile(body)
  const region = body.region ?? (body.endpoint === undefined ? undefined : 'us-east-1')
  return parseStorageProfile({ ...body, ...(region === undefined ? {} : { region }) })
}

/** @throws HeadgateError `forbidden` when a place on the server's disk is not below one that is meant for warehouses */
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
      `This server keeps no warehouses at ${place.text}: its operator says in which directories they may lie.`,
    )
  }
}
