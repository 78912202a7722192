import { HeadgateError } from '@headgate/errors'
import { sameUuid } from './uuid.ts'
import type { ViewMetadata } from './view-metadata.ts'
import type { ViewRequirement } from './view-update.ts'

/**
 * Checks the requirements of a commit against the current metadata of the view.
 *
 * @throws {HeadgateError} `commit-failed` when a requirement does not hold; the client can load the view again and
 *   retry
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
