import type { Json } from '@headgate/json'
import type { Warehouse } from '../../management/generated/schemas.ts'
import type { Paint } from '../../output/paint.ts'
import { propertyTable } from '../../output/properties.ts'
import { details } from '../../output/table.ts'
import { formatDuration, formatTime } from '../../output/times.ts'

export function formatWarehouse(paint: Paint, warehouse: Warehouse): string {
  const { type, ...storage } = warehouse.storage
  const { mode, ...vending } = warehouse.vending
  const upstream = Object.entries(warehouse.upstream ?? {})
  const facts = details(paint, [
    ['name', warehouse.name],
    ['id', warehouse.id],
    ['kind', warehouse.kind],
    ...upstream.map(
      ([key, value]) => [key === 'uri' ? 'upstream' : `  ${key}`, formatSetting(value)] as const,
    ),
    ...(upstream.length === 0 ? [] : [['  secret stored', warehouse.hasUpstreamSecret] as const]),
    ['storage', formatSetting(type)],
    ...Object.entries(storage).map(([key, value]) => [`  ${key}`, formatSetting(value)] as const),
    ['  secret stored', warehouse.hasSecret],
    ['vending', formatSetting(mode)],
    ...Object.entries(vending).map(([key, value]) => [`  ${key}`, formatSetting(value)] as const),
    ['  revoked before', Date.parse(warehouse.notBefore) > 0 ? formatTime(warehouse.notBefore) : null],
    ['further locations', warehouse.allowedLocations.join(', ') || null],
    ['retention', formatDuration(warehouse.retentionSeconds)],
    ['protected', warehouse.protected],
    ['owner', warehouse.owner ?? `${warehouse.ownerId} (deleted)`],
    ['created', formatTime(warehouse.createdAt)],
    ['changed', formatTime(warehouse.updatedAt)],
  ])
  const sections = [
    ...propertyTable(paint, warehouse.defaults, 'default for clients'),
    ...propertyTable(paint, warehouse.overrides, 'override for clients'),
  ]
  return [facts, ...sections].join('\n\n')
}

/**
 * Formats the value of a storage or vending setting. Separates the items of a list by commas, and formats members as
 * `name=value`.
 */
function formatSetting(value: Json | undefined): string {
  if (value === null || typeof value !== 'object') return String(value)
  if (isList(value)) return value.map(formatSetting).join(',')
  return Object.entries(value)
    .map(([name, member]) => `${name}=${formatSetting(member)}`)
    .join(', ')
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value)
}
