import { HeadgateError, isHeadgateError } from '@headgate/errors'
import { formatIdentifier } from '@headgate/iceberg/rest'
import type { Int64 } from '@headgate/json'
import { ManifestError, manifestName, type NamingScheme, readManifestHead } from '@headgate/lance/format'
import { findVersionRecords } from '../../store/lance-versions.ts'
import type { CommitDeps } from '../commit/deps.ts'
import type { Target } from '../target.ts'
import { branchLocation } from './branch-location.ts'
import { findManifest, type FoundManifest, versionsFolder } from './find-manifest.ts'
import { findLatestVersion } from './hidden-versions.ts'
import { manifestDigest, settleBatches } from './settle-versions.ts'

/** Request to commit a version, whose manifest the client has written under another name. */
export interface VersionRequest {
  readonly version: Int64
  /** Null: the main branch. */
  readonly branch: string | null
  /** Path of the manifest, without scheme and bucket, or its location. */
  readonly manifestPath: string
  readonly manifestSize: Int64 | undefined
  /** Scheme of the names of manifests: V1 or V2. A table with versions keeps its scheme. */
  readonly namingScheme: string | undefined
  readonly metadata: Readonly<Record<string, string>>
}

/** Version to commit, with its manifest. Nothing has been written for it. */
export interface PlannedVersion {
  readonly version: number
  readonly branch: string | null
  /** Location of the manifest that the client wrote. */
  readonly staged: string
  /** Location of the manifest after the commit. */
  readonly location: string
  readonly scheme: NamingScheme
  readonly bytes: Buffer
  /** SHA-256 of `bytes`, in hex. */
  readonly digest: string
  readonly metadata: Readonly<Record<string, string>>
  /**
   * True when the table already has the version: a repeated request, or another commit. The manifests must be equal.
   */
  readonly exists: boolean
  /** Staged location in the record of a version that the table does not have any more. Null: there is no record. */
  readonly outdated: string | null
}

/** Version that an earlier request committed with the same manifest. */
export interface RepeatedVersion {
  readonly manifest: FoundManifest
  readonly metadata: Readonly<Record<string, string>>
}

export type VersionPlan =
  | { readonly type: 'new'; readonly planned: PlannedVersion }
  | { readonly type: 'repeated'; readonly repeated: RepeatedVersion }

/**
 * Checks the request to commit a version, and reads its manifest.
 *
 * @throws HeadgateError `commit-failed` when the version does not follow the latest one, or a batch has reserved it;
 *   `bad-request` when the file is not the manifest of this version in the folder of the table
 */
export async function planVersion(
  deps: CommitDeps,
  target: Target,
  request: VersionRequest,
  signal: AbortSignal,
): Promise<VersionPlan> {
  const { relation, warehouse } = target
  const { storage } = warehouse
  const { branch, metadata } = request
  const version = readVersionNumber(request.version)
  const location = branchLocation(relation.location, branch)
  const staged = stagedLocation(location, request.manifestPath)
  const open = await settleBatches(deps, { relationId: relation.id, storage }, signal)
  if (open.some((each) => each.state === 'pending' && each.branch === (branch ?? '')))
    throw conflict(target, version, 'another request is committing a version at this time')
  const [latest, [record]] = await Promise.all([
    findLatestVersion(deps, target, branch, signal),
    findVersionRecords(deps.sql, { relationId: relation.id, branch: branch ?? '' }, [version]),
  ])
  const exists = latest !== null && version <= latest.version
  if (exists && record?.staged === staged) {
    const manifest = await findManifest(storage, location, version, signal)
    if (manifest !== null) return { type: 'repeated', repeated: { manifest, metadata: record.metadata } }
  }
  // The first version of a branch has the number that follows its parent version.
  const isFirst = latest === null && (branch !== null || version === 1)
  if (!exists && !isFirst && version !== (latest?.version ?? 0) + 1)
    throw conflict(target, version, `the latest version is ${latest?.version ?? 'none'}`)
  const bytes = await readStaged(deps, target, staged, signal)
  checkManifest(bytes, version, request)
  const scheme = latest?.scheme ?? readScheme(request.namingScheme)
  const planned = {
    version,
    branch,
    staged,
    location: versionsFolder(location) + manifestName(version, scheme),
    scheme,
    bytes,
    digest: manifestDigest(bytes),
    metadata,
    exists,
    outdated: exists ? null : (record?.staged ?? null),
  }
  return { type: 'new', planned }
}

/** Returns the error of a version that another commit has taken. */
export function conflict(
  { identifier }: Pick<Target, 'identifier'>,
  version: number,
  reason: string,
): HeadgateError {
  return new HeadgateError(
    'commit-failed',
    `Version ${version} of table ${formatIdentifier(identifier)} was not committed, because ${reason}. Read the latest version, and commit the one that follows it.`,
  )
}

function readVersionNumber(version: Int64): number {
  if (typeof version === 'number' && Number.isSafeInteger(version) && version > 0) return version
  throw new HeadgateError('bad-request', 'The member version must be a positive integer.')
}

function readScheme(scheme: string | undefined): NamingScheme {
  const wanted = (scheme ?? 'V2').toUpperCase()
  if (wanted === 'V1' || wanted === 'V2') return wanted
  throw new HeadgateError('bad-request', 'The member naming_scheme must be V1 or V2.')
}

/** Returns a location without its scheme and bucket. */
export function withoutBucket(location: string): string {
  return location.replace(/^[a-z0-9+.-]+:\/\/[^/]*\//i, '')
}

/** Returns the location of a staged manifest, which must be a file in the folder of the manifests. */
function stagedLocation(location: string, manifestPath: string): string {
  const folder = versionsFolder(location)
  const path = withoutBucket(folder)
  const sent = /^[a-z0-9+.-]+:\/\//i.test(manifestPath)
    ? manifestPath.startsWith(folder) && withoutBucket(manifestPath)
    : manifestPath.replace(/^\//, '')
  if (sent !== false && sent.startsWith(path)) {
    const name = sent.slice(path.length)
    if (/^[A-Za-z0-9._-]{1,255}$/.test(name) && !name.startsWith('.')) return folder + name
  }
  throw new HeadgateError(
    'bad-request',
    `The member manifest_path must name a file directly in ${path}, where the client wrote the manifest.`,
  )
}

async function readStaged(
  { maxMetadataBytes: maxBytes }: CommitDeps,
  { warehouse }: Target,
  staged: string,
  signal: AbortSignal,
): Promise<Buffer> {
  try {
    return await warehouse.storage.getBytes(staged, { maxBytes, signal })
  } catch (error) {
    if (!isHeadgateError(error, 'no-such-file')) throw error
    throw new HeadgateError(
      'bad-request',
      'The member manifest_path names no file. Write the manifest before the version is created.',
    )
  }
}

function checkManifest(
  bytes: Buffer,
  version: number,
  { branch, manifestSize }: Pick<VersionRequest, 'branch' | 'manifestSize'>,
): void {
  if (manifestSize !== undefined && Number(manifestSize) !== bytes.length)
    throw new HeadgateError(
      'bad-request',
      `The manifest has ${bytes.length} bytes, and manifest_size is ${manifestSize}. Write the manifest again.`,
    )
  const head = readHead(bytes)
  if (head.version !== version)
    throw new HeadgateError(
      'bad-request',
      `The file at manifest_path is the manifest of version ${head.version}, not of version ${version}.`,
    )
  if (head.branch !== null && head.branch !== branch)
    throw new HeadgateError(
      'bad-request',
      `The file at manifest_path is a manifest of the branch ${head.branch}. Send the same branch.`,
    )
}

function readHead(bytes: Buffer): ReturnType<typeof readManifestHead> {
  try {
    return readManifestHead(bytes)
  } catch (cause) {
    if (!(cause instanceof ManifestError)) throw cause
    throw new HeadgateError('bad-request', `The file at manifest_path is refused. ${cause.message}`, {
      cause,
    })
  }
}
