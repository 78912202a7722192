import { HeadgateError } from '@headgate/errors'
import { parsePrefix } from '@headgate/storage'
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

/** Maximum length of an inline session policy at AWS (AssumeRole, `Policy`) and at MinIO. */
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
 * Returns the session policy that allows exactly the objects below the prefixes of a scope, and lists that begin with one
 * of them. It can only narrow the permissions of the role or user of the session. Pure.
 *
 * Plain ASCII, because AWS refuses characters beyond U+00FF. JSON escapes all others.
 *
 * @throws HeadgateError `unsupported` when the dialect cannot express a name exactly, or when the policy exceeds the maximum
 *   length of a session policy
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
    // Some stores resolve dot segments in the keys of a bulk delete, after they have evaluated the policy.
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
 * Returns the statements without lists of uploads, which no condition can narrow to a prefix. A store that is not AWS may
 * compare one of several prefixes in a request and list another, so all of them are compared there.
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

/** Groups escaped keys, each ending in `/` (or empty: the whole bucket), by bucket. */
function placesByBucket({ scope, dialect }: IamPolicyRequest): Map<string, string[]> {
  const places = new Map<string, string[]>()
  for (const prefix of scope.prefixes) {
    const { scheme, bucket, key } = parsePrefix(prefix)
    if (scheme !== 's3' || !prefix.endsWith('/'))
      throw new HeadgateError(
        'internal',
        'The prefixes of a session policy are in a bucket and end in a slash.',
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
    `The locations of this table need a session policy of ${policy.length} characters, and storage services accept ${maxPolicyLength}. Use fewer or shorter locations, or vending mode gateway for the warehouse.`,
  )
}
