import { visible } from '../../output/visible.ts'
import type { SourceRole } from './source-grants.ts'
import type { TargetNames } from './target-names.ts'

/**
 * Returns the role that stands for a user whose tokens cannot be known. It has no members, so its grants have no effect until
 * a reviewer adds the user.
 *
 * @param label how the source names the user
 */
export function standInFor(names: TargetNames, id: string, label: string): SourceRole {
  return {
    name: names.take(`user ${id}`, `user-${id}`),
    members: [],
    comments: [`Stands for the user ${visible(label)}. Add the user as a member: principal:ISSUER#SUBJECT.`],
  }
}
