import { z } from 'zod'
import type { Paint } from '../../output/paint.ts'
import { details } from '../../output/table.ts'
import { duration, moment } from '../../output/times.ts'

/** Whom an engine may act for. */
export interface Rule {
  readonly issuer: string
  readonly pattern: string
  readonly groups: readonly string[]
}

/** An engine, as far as this program shows it. */
export interface Engine {
  readonly id: string
  readonly name: string
  readonly enabled: boolean
  readonly subjects: readonly Rule[]
  readonly namesIssuer: string | null
  readonly unsignedSubjects: boolean
  readonly assertions: boolean
  readonly makesPrincipals: boolean
  readonly namesAdministrators: boolean
  readonly firstCalls: string
  readonly warehouses: readonly string[] | null
  readonly privileges: readonly string[] | null
  readonly administers: boolean
  readonly refreshes: boolean
  readonly viewChains: boolean
  readonly tokenSeconds: number
  readonly sessionSeconds: number
  readonly createdAt: string
  readonly updatedAt: string
}

export const engine: z.ZodType<Engine> = z.object({
  id: z.string(),
  name: z.string(),
  enabled: z.boolean(),
  subjects: z.array(z.object({ issuer: z.string(), pattern: z.string(), groups: z.array(z.string()) })),
  namesIssuer: z.string().nullable(),
  unsignedSubjects: z.boolean(),
  assertions: z.boolean(),
  makesPrincipals: z.boolean(),
  namesAdministrators: z.boolean(),
  firstCalls: z.string(),
  warehouses: z.array(z.string()).nullable(),
  privileges: z.array(z.string()).nullable(),
  administers: z.boolean(),
  refreshes: z.boolean(),
  viewChains: z.boolean(),
  tokenSeconds: z.number(),
  sessionSeconds: z.number(),
  createdAt: z.string(),
  updatedAt: z.string(),
})

export function engineText(paint: Paint, shown: Engine): string {
  const rules = shown.subjects.map(ruleText)
  return details(paint, [
    ['name', shown.name],
    ['id', shown.id],
    ['enabled', shown.enabled],
    ['acts for', rules[0] ?? 'nobody'],
    ...rules.slice(1).map((rule) => ['  and for', rule] as const),
    ['its names are of', shown.namesIssuer],
    ['  stated unsigned', shown.unsignedSubjects],
    ['  asserted', shown.assertions],
    ['  made principals', shown.makesPrincipals],
    ['  administrators too', shown.namesAdministrators],
    ['without a user', shown.firstCalls],
    ['warehouses', listText(shown.warehouses)],
    ['privileges', listText(shown.privileges)],
    ['administers', shown.administers],
    ['renews credentials', shown.refreshes],
    ['believed about views', shown.viewChains],
    ['tokens live', duration(shown.tokenSeconds)],
    ['sessions live', duration(shown.sessionSeconds)],
    ['created', moment(shown.createdAt)],
    ['changed', moment(shown.updatedAt)],
  ])
}

function ruleText({ issuer, pattern, groups }: Rule): string {
  return `${pattern} of ${issuer}${groups.length === 0 ? '' : ` in ${groups.join(' or ')}`}`
}

function listText(list: readonly string[] | null): string {
  if (list === null) return 'all'
  return list.length === 0 ? 'none' : list.join(', ')
}
