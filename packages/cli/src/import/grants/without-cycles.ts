import { visible } from '../../output/visible.ts'
import type { SourceRole } from './source-grants.ts'

/**
 * Removes members through which roles would contain each other, because a Headgate server refuses them. Adds a comment
 * for each removed member.
 */
export function withoutCycles(roles: readonly SourceRole[]): readonly SourceRole[] {
  const members = new Map<string, string[]>()
  return roles.map((role) => {
    const own = `role:${role.name}`
    const kept: string[] = []
    members.set(own, kept)
    const left = role.members.filter((member) => {
      const closes = member === own || contains(members, member, own)
      if (!closes) kept.push(member)
      return closes
    })
    return {
      ...role,
      members: kept,
      comments: [
        ...role.comments,
        ...left.map(
          (member) =>
            `Without the member ${visible(member)}, which contains this role: roles must not contain each other.`,
        ),
      ],
    }
  })
}

/** Returns whether a role contains a member, either directly or through other roles. */
function contains(members: ReadonlyMap<string, readonly string[]>, role: string, wanted: string): boolean {
  const seen = new Set<string>()
  const next = [role]
  for (let at = next.pop(); at !== undefined; at = next.pop()) {
    if (at === wanted) return true
    if (seen.has(at)) continue
    seen.add(at)
    next.push(...(members.get(at) ?? []))
  }
  return false
}
