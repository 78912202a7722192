import { HeadgateError, isHeadgateError } from '@headgate/errors'
import { formatIdentifier } from '@headgate/iceberg/rest'
import type { Int64 } from '@headgate/json'
import { writeRecord } from '../../store/commit-record.ts'
import type { Decision } from '../../access/decision.ts'
import { type CommitContext, toCommitRecord } from '../commit/commit-context.ts'
import type { CommitDeps } from '../commit/deps.ts'
import { findRelation } from '../find-relation.ts'
import type { RelationRef, Target } from '../target.ts'
import { tagLocation } from './branch-location.ts'
import { requireVersion } from './find-version.ts'
import { readTag } from './tags.ts'

/** Version of a Lance table that a tag refers to. */
export interface TaggedVersion {
  readonly tag: string
  readonly version: Int64
  readonly branch: string | null
}

/**
 * Creates a tag: writes its file to the storage of the table, in the format of Lance.
 *
 * @throws HeadgateError `tag-already-exists`, `no-such-version`
 */
export async function createTag(
  deps: CommitDeps,
  context: CommitContext,
  ref: RelationRef,
  tagged: TaggedVersion,
  signal: AbortSignal,
): Promise<void> {
  const { found, decision } = await findRelation(deps, context, ref, 'lance-table', 'modify', 'none')
  const now = new Date(deps.now()).toISOString()
  const body = await compose(deps, found, tagged, { createdAt: now, updatedAt: now }, signal)
  try {
    await found.warehouse.storage.put(tagLocation(found.relation.location, tagged.tag), body, {
      ifAbsent: true,
      signal,
    })
  } catch (error) {
    if (!isHeadgateError(error, 'precondition-failed')) throw error
    throw new HeadgateError(
      'tag-already-exists',
      `Table ${formatIdentifier(ref.identifier)} has a tag ${tagged.tag}. Update it, or choose another name.`,
    )
  }
  await record(deps, context, found, decision, tagged.tag)
}

/**
 * Changes a tag so that it refers to another version.
 *
 * @throws HeadgateError `no-such-tag`, `no-such-version`
 */
export async function updateTag(
  deps: CommitDeps,
  context: CommitContext,
  ref: RelationRef,
  tagged: TaggedVersion,
  signal: AbortSignal,
): Promise<void> {
  const { found, decision } = await findRelation(deps, context, ref, 'lance-table', 'modify', 'none')
  await readTag(found, tagged.tag, signal)
  const now = new Date(deps.now()).toISOString()
  const body = await compose(deps, found, tagged, { createdAt: now, updatedAt: now }, signal)
  await found.warehouse.storage.put(tagLocation(found.relation.location, tagged.tag), body, { signal })
  await record(deps, context, found, decision, tagged.tag)
}

/**
 * Deletes a tag. The version that it refers to remains.
 *
 * @throws HeadgateError `no-such-tag`
 */
export async function deleteTag(
  deps: CommitDeps,
  context: CommitContext,
  ref: RelationRef,
  tag: string,
  signal: AbortSignal,
): Promise<void> {
  const { found, decision } = await findRelation(deps, context, ref, 'lance-table', 'modify', 'none')
  await readTag(found, tag, signal)
  await found.warehouse.storage.delete(tagLocation(found.relation.location, tag), { signal })
  await record(deps, context, found, decision, tag)
}

/** Returns the content of a tag file, with the members that Lance writes. */
async function compose(
  deps: Pick<CommitDeps, 'sql'>,
  target: Target,
  { version, branch }: TaggedVersion,
  times: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<Buffer> {
  const manifest = await requireVersion(deps, target, { version, branch }, signal)
  const content = { branch, version: manifest.version, ...times, manifestSize: manifest.size, metadata: {} }
  return Buffer.from(JSON.stringify(content, undefined, 2))
}

/** Writes the audit event of a tag change, after the file in the storage was changed. */
async function record(
  { sql }: CommitDeps,
  context: CommitContext,
  { relation }: Target,
  decision: Decision,
  tag: string,
): Promise<void> {
  context.audit.detail = { ...context.audit.detail, tag }
  await sql.transaction((tx) =>
    writeRecord(tx, toCommitRecord(context, decision, { relationId: relation.id })),
  )
}
