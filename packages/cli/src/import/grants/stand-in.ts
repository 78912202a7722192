import { visible } from '../../output/visible.ts'
import type { SourceRole } from './source-grants.ts'
import type { TargetNames } from './target-names.ts'

/**
 * Returns a role that represents a user of the source catalog whose issuer or subject is not known. The role has no
 * members, so its grants have no effect until a reviewer adds the user.
 *
 * @param label name of the user in the source
 */
export function standInFor(names: TargetNames, id: string, label: string): SourceRole {
  return {
    name: names.take(`user ${id}`, `user-${id}`),
    members: [],
    comments: [
      `This role replaces the user ${visible(label)}. Add the user as a member: principal:ISSUER#SUBJECT.`,
    ],
  }
}
