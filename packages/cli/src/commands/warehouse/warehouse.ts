import { z } from 'zod'
import type { Paint } from '../../output/paint.ts'
import { propertyTable } from '../../output/properties.ts'
import { details } from '../../output/table.ts'
import { duration, moment } from '../../output/times.ts'

/** A warehouse, as far as this program shows it. */
export interface Warehouse {
  readonly id: string
  readonly name: string
  readonly kind: string
  readonly storage: Readonly<Record<string, unknown>>
  readonly hasSecret: boolean
  readonly allowedLocations: readonly string[]
  readonly retentionSeconds: number
  readonly defaults: Readonly<Record<string, string>>
  readonly overrides: Readonly<Record<string, string>>
  readonly vending: Readonly<Record<string, unknown>>
  readonly notBefore: string
  readonly protected: boolean
  readonly ownerId: string
  /** Null: the principal was deleted. */
  readonly owner: string | null
  readonly createdAt: string
  readonly updatedAt: string
}

const properties = z.record(z.string(), z.string())

export const warehouse: z.ZodType<Warehouse> = z.object({
  id: z.string(),
  name: z.string(),
  kind: z.string(),
  storage: z.record(z.string(), z.unknown()),
  hasSecret: z.boolean(),
  allowedLocations: z.array(z.string()),
  retentionSeconds: z.number(),
  defaults: properties,
  overrides: properties,
  vending: z.record(z.string(), z.unknown()),
  notBefore: z.string(),
  protected: z.boolean(),
  ownerId: z.string(),
  owner: z.string().nullable(),
  createdAt: z.string(),
  updatedAt: z.string(),
})

export function warehouseText(paint: Paint, shown: Warehouse): string {
  const { type, ...storage } = shown.storage
  const { mode, ...vending } = shown.vending
  const facts = details(paint, [
    ['name', shown.name],
    ['id', shown.id],
    ['kind', shown.kind],
    ['storage', String(type)],
    ...Object.entries(storage).map(([key, value]) => [`  ${key}`, String(value)] as const),
    ['  secret kept', shown.hasSecret],
    ['vending', String(mode)],
    ...Object.entries(vending).map(([key, value]) => [`  ${key}`, settingText(value)] as const),
    ['  revoked before', Date.parse(shown.notBefore) > 0 ? moment(shown.notBefore) : null],
    ['further places', shown.allowedLocations.join(', ') || null],
    ['dropped are kept', duration(shown.retentionSeconds)],
    ['protected', shown.protected],
    ['owner', shown.owner ?? `${shown.ownerId} (deleted)`],
    ['created', moment(shown.createdAt)],
    ['changed', moment(shown.updatedAt)],
  ])
  const sections = [
    ...propertyTable(paint, shown.defaults, 'default for clients'),
    ...propertyTable(paint, shown.overrides, 'clients must take'),
  ]
  return [facts, ...sections].join('\n\n')
}

function settingText(value: unknown): string {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return String(value)
  return Object.entries(value)
    .map(([key, member]) => `${key}=${String(member)}`)
    .join(', ')
}
