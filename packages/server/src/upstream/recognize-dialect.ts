import type { Dialect, DialectName, DialectSigns } from './dialect.ts'
import { dialects } from './dialects.ts'

/** Properties of an upstream by which its dialect is selected. */
export interface DialectEvidence {
  readonly host: string
  /** Path of the base URL. */
  readonly path: string
  /** Names of the properties in the configuration of the upstream. */
  readonly properties: readonly string[]
  /** Endpoints that the upstream lists, as `METHOD /path`. */
  readonly endpoints: readonly string[]
}

/** Dialect of an upstream, and the reason for its selection, for `warehouse check`. */
export interface SelectedDialect {
  readonly dialect: Dialect
  readonly reason: string
}

/**
 * Selects the dialect of an upstream. For `auto`, selects the first dialect with a sign in the evidence, or else
 * `standard`.
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
