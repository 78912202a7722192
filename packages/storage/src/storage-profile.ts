import { HeadgateError, isHeadgateError } from '@headgate/errors'
import { z } from 'zod'
import { fileModePattern } from './file-modes.ts'
import { parseLocation } from './location.ts'

export interface FileStorageProfile {
  readonly type: 'file'
  /** Directory of the warehouse, as a location: `file:///data/warehouse`. */
  readonly root: string
  /** Bucket name that clients see. Clients access the directory through the storage gateway as `s3://bucket/…`. */
  readonly bucket?: string | undefined
  /**
   * Permission bits of new files in octal, such as `0640`. Set them if programs of other operating system users read
   * the files. Default: `0600`.
   */
  readonly fileMode?: string | undefined
}

export interface S3StorageProfile {
  readonly type: 's3'
  readonly bucket: string
  /** Folder of the bucket that the warehouse owns. Default: the whole bucket. */
  readonly prefix?: string | undefined
  readonly region: string
  /** Base URL of the S3 API, for a store that is not AWS. */
  readonly endpoint?: string | undefined
  /**
   * Name of the object store. Set the same name in all warehouses on this store. Required if one store has several
   * endpoints.
   */
  readonly store?: string | undefined
  /** Whether the bucket is in the path of URLs instead of the host name. Default: true if `endpoint` is set. */
  readonly pathStyle?: boolean | undefined
  /** Static access key. Must be set together with `secretAccessKey`. */
  readonly accessKeyId?: string | undefined
  readonly secretAccessKey?: string | undefined
  readonly sessionToken?: string | undefined
  /**
   * Uses the credential sources of AWS programs instead of static keys, including instance metadata. Without this
   * value, the server never reads these sources. `none`: the server has no access to the storage.
   */
  readonly credentials?: 'default-chain' | 'none' | undefined
}

/** Configuration of the storage in which a warehouse stores its objects. */
export type StorageProfile = FileStorageProfile | S3StorageProfile

const short = z.string().min(1).max(2048)

const bucket = short.superRefine((name, context) => isLocation(`s3://${name}/`, context))

const fileProfile = z.strictObject({
  type: z.literal('file'),
  root: short.superRefine(isFileRoot),
  bucket: bucket.optional(),
  fileMode: z.string().regex(fileModePattern, 'must be a mode like 0600, 0640, 0660 or 0644').optional(),
})

const s3Profile = z
  .strictObject({
    type: z.literal('s3'),
    bucket,
    prefix: short.superRefine((prefix, context) => isLocation(`s3://bucket/${prefix}`, context)).optional(),
    region: z.string().regex(/^[a-z0-9-]{1,64}$/i, 'must be a region, like eu-central-1'),
    endpoint: short.superRefine(isEndpoint).optional(),
    store: z
      .string()
      .regex(
        /^[a-z0-9][a-z0-9_.-]{0,62}$/,
        'must be 1 to 63 of a-z 0-9 _ . -, and begin with a letter or digit',
      )
      .optional(),
    pathStyle: z.boolean().optional(),
    accessKeyId: short.optional(),
    secretAccessKey: short.optional(),
    sessionToken: z.string().min(1).max(16_384).optional(),
    credentials: z.enum(['default-chain', 'none']).optional(),
  })
  .superRefine(hasOneKindOfKeys)

const anyProfile = z.discriminatedUnion('type', [fileProfile, s3Profile])

/**
 * Parses a storage profile from the configuration or from a management request.
 *
 * @throws HeadgateError `bad-request` that names the invalid fields, and never their values, because a value may be a
 *   secret
 */
export function parseStorageProfile(value: unknown): StorageProfile {
  const parsed = anyProfile.safeParse(value)
  if (parsed.success) return parsed.data
  const faults = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'profile'}: ${message}`)
  throw new HeadgateError('bad-request', `Storage profile is not valid: ${faults.join('; ')}`)
}

type Context = z.RefinementCtx

function fail(context: Context, message: string): void {
  context.addIssue({ code: 'custom', message })
}

function isLocation(text: string, context: Context): void {
  try {
    parseLocation(text)
  } catch (error) {
    fail(context, isHeadgateError(error) ? error.message : 'must be a location')
  }
}

function isFileRoot(root: string, context: Context): void {
  isLocation(root, context)
  if (!root.startsWith('file:')) fail(context, 'must begin with file:///')
}

function isEndpoint(text: string, context: Context): void {
  const url = URL.parse(text)
  const web = url?.protocol === 'http:' || url?.protocol === 'https:'
  const bare = url?.username === '' && url.password === '' && url.search === '' && url.hash === ''
  if (!web || !bare)
    fail(context, 'must be an http or https URL without user information, query and fragment')
}

function hasOneKindOfKeys(profile: S3StorageProfile, context: Context): void {
  const { accessKeyId, secretAccessKey, sessionToken, credentials } = profile
  if ((accessKeyId === undefined) !== (secretAccessKey === undefined)) {
    fail(context, 'accessKeyId and secretAccessKey must be set together')
  } else if (accessKeyId === undefined && credentials === undefined) {
    fail(context, 'needs accessKeyId and secretAccessKey, or credentials: "default-chain"')
  } else if (accessKeyId !== undefined && credentials !== undefined) {
    fail(context, 'accepts keys or credentials: "default-chain", not both')
  } else if (accessKeyId === undefined && sessionToken !== undefined) {
    fail(context, 'sessionToken requires accessKeyId and secretAccessKey')
  }
}
