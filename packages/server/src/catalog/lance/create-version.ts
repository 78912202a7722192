import { isHeadgateError } from '@headgate/errors'
import { recordVersion } from '../../store/lance-versions.ts'
import { type CommitCall, toCommitContext, toCommitRecord } from '../commit/commit-context.ts'
import type { CommitDeps } from '../commit/deps.ts'
import { done, moved, settle } from '../commit/outcome.ts'
import { type Retried, retryMoved } from '../commit/retry-moved.ts'
import { findRelation } from '../find-relation.ts'
import { type RelationRef, toRowVersion, type Target } from '../target.ts'
import type { FoundManifest } from './find-manifest.ts'
import { type PlannedVersion, planVersion, type VersionRequest } from './plan-version.ts'
import { deleteStaged, publishManifest, withdrawManifest } from './publish-manifest.ts'

/** Request of an API that commits versions. */
export type VersionCall = CommitCall & Retried & { readonly signal: AbortSignal }

/** Version that was committed, with the data that its manifest does not contain. */
export interface CommittedVersion {
  readonly manifest: FoundManifest
  readonly metadata: Readonly<Record<string, string>>
}

/**
 * Commits a version of a Lance table. The manifest is published first, because the storage decides between the server and
 * clients that do not use it. A process that is killed before it records the version leaves a complete version, and so does
 * a request that is aborted.
 *
 * @throws HeadgateError of `planVersion` and `publishManifest`
 */
export async function createVersion(
  deps: CommitDeps,
  call: VersionCall,
  ref: RelationRef,
  request: VersionRequest,
): Promise<CommittedVersion> {
  const { signal } = call
  let uncertain: { readonly target: Target; readonly planned: PlannedVersion } | null = null
  try {
    return await retryMoved(call, async () => {
      const context = toCommitContext(call, null)
      const { found: target, decision } = await findRelation(
        deps,
        context,
        ref,
        'lance-table',
        'modify',
        'none',
      )
      const { id } = target.relation
      context.audit.detail = { ...context.audit.detail, ...versionDetail(request) }
      const plan = await planVersion(deps, target, request, signal)
      if (plan.type === 'repeated') return done(plan.repeated)
      const { planned } = plan
      // A failed write may nevertheless have written the manifest. A later attempt finds this manifest, so only the
      // first attempt records the outcome as uncertain.
      if (!planned.exists) uncertain = { target, planned }
      const manifest = await publishManifest(deps, target, planned, signal)
      const record = toCommitRecord(context, decision, { relationId: id })
      const outcome = await settle(async () =>
        (await recordVersion(
          deps.sql,
          toRowVersion(target),
          toNewVersion(planned, context.identity.principal.id),
          record,
        ))
          ? done({ manifest, metadata: planned.metadata })
          : moved,
      )
      if (outcome.type === 'done') void deleteStaged(deps, target, [planned])
      return outcome
    })
  } catch (error) {
    // A client that disconnected may already repeat the request, and the repeated request may record this manifest.
    const isUnknown = signal.aborted || isHeadgateError(error, 'commit-state-unknown')
    if (uncertain !== null && !isUnknown) await withdraw(deps, uncertain)
    throw error
  }
}

/** Returns the row of a planned version. */
export function toNewVersion(
  { branch, version, location, staged, digest, metadata }: PlannedVersion,
  principalId: string,
): Parameters<typeof recordVersion>[2] {
  return { branch: branch ?? '', version, manifest: location, staged, digest, metadata, principalId }
}

/** Returns the version of a request as a detail of its audit event. */
export function versionDetail({
  version,
  branch,
}: Pick<VersionRequest, 'version' | 'branch'>): Readonly<Record<string, unknown>> {
  return { version: Number(version), ...(branch === null ? {} : { branch }) }
}

/** Removes the manifest of a version that was not recorded, so that the refused commit has no effect. */
async function withdraw(
  deps: CommitDeps,
  { target, planned }: { readonly target: Target; readonly planned: PlannedVersion },
): Promise<void> {
  try {
    await withdrawManifest(deps, target, planned)
  } catch (err) {
    deps.log.warn({ err, location: planned.location }, 'the manifest of a refused commit was not removed')
  }
}
