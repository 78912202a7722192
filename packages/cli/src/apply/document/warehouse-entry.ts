import { z } from 'zod'
import {
  fileStorageRequest,
  s3StorageMembers,
  warehouseChangeMembers,
} from '../../management/generated/requests.ts'
import type { FileStorage, S3Storage, WarehouseChange } from '../../management/generated/schemas.ts'
import { type SecretReference, secretReference } from './secret-reference.ts'

/**
 * S3 storage of a warehouse in a document of `headgate apply`. Its secret keys are references to environment variables
 * or files.
 */
export interface S3StorageEntry extends Omit<S3Storage, 'accessKeyId' | 'secretAccessKey' | 'sessionToken'> {
  readonly accessKeyId?: string | SecretReference | undefined
  readonly secretAccessKey?: SecretReference | undefined
  readonly sessionToken?: SecretReference | undefined
}

export type StorageEntry = FileStorage | S3StorageEntry

/** Settings of a warehouse that a document can change, all with one request. */
export type WarehouseSettings = Pick<
  WarehouseChange,
  'allowedLocations' | 'retentionSeconds' | 'defaults' | 'overrides' | 'vending' | 'protected'
>

/** Warehouse in a document of `headgate apply`. */
export interface WarehouseEntry extends WarehouseSettings {
  readonly name: string
  readonly owner?: string | undefined
  readonly storage?: StorageEntry | undefined
}

const s3StorageEntry: z.ZodType<S3StorageEntry> = z
  .strictObject({
    ...s3StorageMembers,
    accessKeyId: z
      .union([z.string().min(1), secretReference])
      .optional()
      .describe('Access key id, or the place (an environment variable or a file) that contains it.'),
    secretAccessKey: secretReference.optional(),
    sessionToken: secretReference.optional(),
  })
  .refine(
    ({ accessKeyId, secretAccessKey, credentials }) =>
      (accessKeyId === undefined) === (secretAccessKey === undefined) &&
      (accessKeyId === undefined || credentials === undefined),
    'needs accessKeyId and secretAccessKey, or credentials: default-chain, or none of them',
  )
  .meta({ id: 'S3Storage' })

const storageEntry: z.ZodType<StorageEntry> = z
  .union([s3StorageEntry, fileStorageRequest.meta({ id: 'FileStorage' })], { error: explainStorage })
  .describe('Location of the warehouse and type of its store. The location of a warehouse never changes.')

const owner = z
  .string()
  .min(1)
  .max(1024)
  .describe(
    'Owner of a new object: a client id, ISSUER#SUBJECT, or "server" for no owner. The owner of an existing object does not change.',
  )

/** Schema of the owner of a warehouse or namespace. */
export const ownerName: z.ZodType<string | undefined> = owner.optional()

const { allowedLocations, retentionSeconds, defaults, overrides, vending } = warehouseChangeMembers

export const warehouseEntry: z.ZodType<WarehouseEntry> = z
  .strictObject({
    name: z.string().min(1).max(63),
    owner: ownerName,
    storage: storageEntry.optional(),
    vending,
    retentionSeconds,
    allowedLocations,
    defaults,
    overrides,
    protected: warehouseChangeMembers.protected,
  })
  .meta({ id: 'Warehouse' })

/**
 * Returns the problems of a storage, checked as the type that it names. Without this, a union reports only that no
 * type fits.
 */
function explainStorage({ input }: { readonly input?: unknown }): string {
  const type = typeof input === 'object' && input !== null && 'type' in input ? input.type : undefined
  const schema = type === 's3' ? s3StorageEntry : type === 'file' ? fileStorageRequest : undefined
  if (schema === undefined) return 'needs type: s3 or type: file'
  const issues = schema.safeParse(input).error?.issues ?? []
  return issues.map(({ path, message }) => [path.join('.'), message].filter(Boolean).join(': ')).join('; ')
}
