import { HeadgateError } from '@headgate/errors'
import { sameUuid } from './uuid.ts'
import type { ViewMetadata } from './view-metadata.ts'
import type { ViewRequirement } from './view-update.ts'

/**
 * Checks every requirement, in order, against the view as it is now.
 *
 * @throws {HeadgateError} `commit-failed` when one does not hold: nothing was changed, the client may reload and retry
 */
export function checkViewRequirements(base: ViewMetadata, requirements: readonly ViewRequirement[]): void {
  for (const { uuid } of requirements) {
    if (!sameUuid(uuid, base['view-uuid'])) {
      throw new HeadgateError(
        'commit-failed',
        `Requirement failed: view UUID does not match: expected ${uuid} != ${base['view-uuid']}`,
      )
    }
  }
}
