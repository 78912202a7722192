import type { Dialect, DialectName, DialectSigns } from './dialect.ts'
import { dialects } from './dialects.ts'

/** Properties of an upstream catalog from which the server selects its dialect. */
export interface DialectEvidence {
  readonly host: string
  /** Path of the base URL. */
  readonly path: string
  /** Names of the properties in the configuration that the upstream catalog returns. */
  readonly properties: readonly string[]
  /** Endpoints that the upstream catalog lists, as `METHOD /path`. */
  readonly endpoints: readonly string[]
}

/**
 * Selected dialect of an upstream catalog, with the reason for the selection. The command `warehouse check`
 * prints the reason.
 */
export interface SelectedDialect {
  readonly dialect: Dialect
  readonly reason: string
}

/**
 * Selects the dialect of an upstream catalog by its name. For the name `auto`, selects the first dialect
 * whose criteria match the evidence, or else `standard`.
 */
export function selectDialect(name: DialectName, evidence: DialectEvidence): SelectedDialect {
  if (name !== 'auto') return { dialect: dialects[name], reason: 'configured' }
  for (const dialect of Object.values(dialects)) {
    const reason = findSign(dialect.signs, evidence)
    if (reason !== null) return { dialect, reason: `recognized by ${reason}` }
  }
  return { dialect: dialects.standard, reason: 'no other catalog was recognized' }
}

function findSign(
  { host, path, property, endpoint }: DialectSigns,
  evidence: DialectEvidence,
): string | null {
  if (host?.test(evidence.host)) return 'its host name'
  if (path?.test(evidence.path)) return 'its path'
  if (property !== undefined && evidence.properties.some((each) => each.startsWith(property)))
    return 'its properties'
  if (endpoint !== undefined && evidence.endpoints.some((each) => each.includes(endpoint)))
    return 'its endpoints'
  return null
}
