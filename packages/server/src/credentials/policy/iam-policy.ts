import { HeadgateError } from '@headgate/errors'
import { parsePrefix } from '../../storage/location.ts'
import type { StoragePermission } from '../storage-grant.ts'

interface AccessScope {
  readonly prefixes: readonly string[]
  readonly access: StoragePermission
}
import { type PolicyDialect, patternOf } from './iam-pattern.ts'

export interface IamPolicyRequest {
  readonly scope: AccessScope
  readonly dialect: PolicyDialect
  /** `aws`, `aws-cn`, `aws-us-gov`. Default `aws`, which stores that are not AWS expect. */
  readonly partition?: string
  /** Keys that objects are encrypted with. */
  readonly kmsKeyArns?: readonly string[]
}

/** An inline session policy may not be longer, at AWS (AssumeRole, `Policy`) and at MinIO. */
export const maxPolicyLength = 2048

interface Statement {
  readonly Effect: 'Allow' | 'Deny'
  readonly Action: string | readonly string[]
  readonly Resource: string | readonly string[]
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>
}

const reading = ['s3:GetObject']
const writing = [
  's3:GetObject',
  's3:PutObject',
  's3:DeleteObject',
  's3:AbortMultipartUpload',
  's3:ListMultipartUploadParts',
]

/**
 * The session policy that allows exactly what a scope says: the objects below its prefixes, and lists that begin with
 * one of them. It can only narrow what the role or user may do whom the session belongs to. Pure.
 *
 * Plain ASCII, because AWS takes no character beyond U+00FF; JSON has escapes for all others.
 *
 * @throws HeadgateError `unsupported` when a name cannot be written down in the dialect without allowing other names, or
 *   when the policy gets longer than sessions can have
 */
export function iamPolicy(request: IamPolicyRequest): string {
  const { scope, partition = 'aws', kmsKeyArns = [] } = request
  const writes = scope.access === 'read-write'
  const places = placesByBucket(request)
  const statements: Statement[] = [
    {
      Effect: 'Allow',
      Action: oneOrAll(writes ? writing : reading),
      Resource: oneOrAll(
        [...places].flatMap(([bucket, keys]) => keys.map((key) => `arn:${partition}:s3:::${bucket}/${key}*`)),
      ),
    },
    // Some stores resolve dot segments in the keys of a bulk delete, after the policy has let them pass.
    {
      Effect: 'Deny',
      Action: 's3:*',
      Resource: oneOrAll([...places.keys()].map((bucket) => `arn:${partition}:s3:::${bucket}/*/../*`)),
    },
    ...[...places].map(([bucket, keys]) => listing(`arn:${partition}:s3:::${bucket}`, keys, request.dialect)),
    {
      Effect: 'Allow',
      Action: 's3:GetBucketLocation',
      Resource: oneOrAll([...places.keys()].map((bucket) => `arn:${partition}:s3:::${bucket}`)),
    },
  ]
  if (kmsKeyArns.length > 0) {
    const actions = writes ? ['kms:Decrypt', 'kms:GenerateDataKey'] : ['kms:Decrypt']
    statements.push({ Effect: 'Allow', Action: oneOrAll(actions), Resource: oneOrAll(kmsKeyArns) })
  }
  return checkedLength(asciiJson({ Version: '2012-10-17', Statement: statements }))
}

/**
 * Lists of uploads are left out: no condition can narrow them to a prefix. Stores that are not AWS may compare any one of
 * several prefixes of a request and list by another, so there all of them are compared.
 */
function listing(bucket: string, keys: readonly string[], dialect: PolicyDialect): Statement {
  const within = { 's3:prefix': oneOrAll(keys.map((key) => `${key}*`)) }
  return {
    Effect: 'Allow',
    Action: 's3:ListBucket',
    Resource: bucket,
    Condition: {
      StringLike: within,
      ...(dialect === 'aws' ? {} : { 'ForAllValues:StringLike': within }),
    },
  }
}

/** Escaped keys, each ending in `/` (or empty: the whole bucket), by bucket. */
function placesByBucket({ scope, dialect }: IamPolicyRequest): Map<string, string[]> {
  const places = new Map<string, string[]>()
  for (const prefix of scope.prefixes) {
    const { scheme, bucket, key } = parsePrefix(prefix)
    if (scheme !== 's3' || !prefix.endsWith('/'))
      throw new HeadgateError(
        'internal',
        'A session policy is made of prefixes in a bucket that end in a slash.',
      )
    places.set(bucket, [...(places.get(bucket) ?? []), patternOf(key, dialect)])
  }
  if (places.size === 0) throw new HeadgateError('internal', 'A session policy needs a prefix.')
  return places
}

function oneOrAll(values: readonly string[]): string | readonly string[] {
  const [first] = values
  return values.length === 1 && first !== undefined ? first : values
}

function asciiJson(value: object): string {
  return JSON.stringify(value).replace(
    /[^ -~]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

function checkedLength(policy: string): string {
  if (policy.length <= maxPolicyLength) return policy
  throw new HeadgateError(
    'unsupported',
    `The locations of this table need a session policy of ${policy.length} characters, and storage services take ${maxPolicyLength}: use fewer or shorter locations, or vending mode gateway for the warehouse.`,
  )
}
