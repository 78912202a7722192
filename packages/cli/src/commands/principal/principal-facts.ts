import type { Principal } from '../../management/generated/schemas.ts'
import type { Fact } from '../../output/table.ts'
import { formatTime } from '../../output/times.ts'

export function principalFacts(principal: Principal): readonly Fact[] {
  return [
    ['name', principal.name],
    ['id', principal.id],
    ['kind', principal.kind],
    ['issuer', principal.issuer],
    ['subject', principal.subject],
    ['enabled', principal.enabled],
    ['created', formatTime(principal.createdAt)],
  ]
}
