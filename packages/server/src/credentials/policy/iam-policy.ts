import { HeadgateError } from '@headgate/errors'
import { parsePrefix } from '@headgate/storage'
import type { StoragePermission } from '../storage-grant.ts'

interface AccessScope {
  readonly prefixes: readonly string[]
  readonly permission: StoragePermission
}
import { type PolicyDialect, escapePattern } from './iam-pattern.ts'

export interface IamPolicyRequest {
  readonly scope: AccessScope
  readonly dialect: PolicyDialect
  /** Partition in ARNs: `aws`, `aws-cn` or `aws-us-gov`. Default `aws`, which other stores expect too. */
  readonly partition?: string
  /** ARNs of the KMS keys that encrypt the objects. */
  readonly kmsKeyArns?: readonly string[]
}

/** Maximum length in characters of an inline session policy at AWS (AssumeRole, `Policy`) and at MinIO. */
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
 * Returns the session policy that allows exactly the objects below the prefixes of a scope, and listings whose prefix
 * begins with one of these prefixes. A session policy can only reduce the permissions of the session's role or user.
 * Pure.
 *
 * The result is ASCII, because AWS refuses characters beyond U+00FF. Other characters are escaped in the JSON.
 *
 * @throws HeadgateError `unsupported` when the dialect cannot express a name exactly, or when the policy exceeds the maximum
 *   length of a session policy
 */
export function iamPolicy(request: IamPolicyRequest): string {
  const { scope, partition = 'aws', kmsKeyArns = [] } = request
  const writes = scope.permission === 'read-write'
  const places = placesByBucket(request)
  const statements: Statement[] = [
    {
      Effect: 'Allow',
      Action: oneOrAll(writes ? writing : reading),
      Resource: oneOrAll(
        [...places].flatMap(([bucket, keys]) => keys.map((key) => `arn:${partition}:s3:::${bucket}/${key}*`)),
      ),
    },
    // Some stores resolve dot segments in the keys of a bulk delete only after they evaluated the policy, so the policy
    // denies keys with dot segments.
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
 * Returns the statements for listing objects. They do not allow listing uploads, because no condition can restrict a
 * list of uploads to a prefix. If a request contains several prefixes, a store that is not AWS may compare one of them
 * and list another, so the conditions compare all of them.
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

/** Groups escaped keys by bucket. Each key ends in `/`, or is empty for the whole bucket. */
function placesByBucket({ scope, dialect }: IamPolicyRequest): Map<string, string[]> {
  const places = new Map<string, string[]>()
  for (const prefix of scope.prefixes) {
    const { scheme, bucket, key } = parsePrefix(prefix)
    if (scheme !== 's3' || !prefix.endsWith('/'))
      throw new HeadgateError(
        'internal',
        'Each prefix of a session policy must contain a bucket and end in a slash.',
      )
    places.set(bucket, [...(places.get(bucket) ?? []), escapePattern(key, dialect)])
  }
  if (places.size === 0) throw new HeadgateError('internal', 'A session policy needs at least one prefix.')
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
    `The locations of this table need a session policy of ${policy.length} characters, but storage services accept at most ${maxPolicyLength}. Use fewer or shorter locations, or vending mode gateway for the warehouse.`,
  )
}
