/** Whose form of errors a client expects. */
export type Protocol = 'iceberg' | 'lance'

/**
 * The protocol of a path below the base of a catalog: all paths of the Lance REST Namespace begin like this, and none of
 * Iceberg's REST catalog does.
 */
export function protocolOf(path: string): Protocol {
  return /^\/v1\/(namespace|table|materialized_view|transaction)(\/|\?|$)/.test(path) ? 'lance' : 'iceberg'
}
