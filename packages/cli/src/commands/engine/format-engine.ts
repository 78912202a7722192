import type { Engine, SubjectRule } from '../../management/generated/schemas.ts'
import type { Paint } from '../../output/paint.ts'
import { details } from '../../output/table.ts'
import { formatDuration, formatTime } from '../../output/times.ts'

export function formatEngine(paint: Paint, engine: Engine): string {
  const rules = engine.subjects.map(formatRule)
  return details(paint, [
    ['name', engine.name],
    ['id', engine.id],
    ['enabled', engine.enabled],
    ['acts for', rules[0] ?? 'no user'],
    ...rules.slice(1).map((rule) => ['  and for', rule] as const),
    ['issuer of its names', engine.namesIssuer],
    ['  stated unsigned', engine.unsignedSubjects],
    ['  asserted', engine.assertions],
    ['  made principals', engine.makesPrincipals],
    ['  administrators too', engine.namesAdministrators],
    ['without a user', engine.firstCalls],
    ['warehouses', formatLimit(engine.warehouses)],
    ['privileges', formatLimit(engine.privileges)],
    ['administers', engine.administers],
    ['renews credentials', engine.refreshes],
    ['view chains accepted', engine.viewChains],
    ['enforces restrictions', engine.enforcesRestrictions],
    ['tokens live', formatDuration(engine.tokenSeconds)],
    ['sessions live', formatDuration(engine.sessionSeconds)],
    ['created', formatTime(engine.createdAt)],
    ['changed', formatTime(engine.updatedAt)],
  ])
}

function formatRule({ issuer, pattern, groups }: SubjectRule): string {
  return `${pattern} of ${issuer}${groups.length === 0 ? '' : ` in ${groups.join(' or ')}`}`
}

function formatLimit(names: readonly string[] | null): string {
  if (names === null) return 'all'
  return names.length === 0 ? 'none' : names.join(', ')
}
