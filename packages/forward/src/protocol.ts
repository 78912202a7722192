/** Protocol whose error form a client expects. */
export type Protocol = 'iceberg' | 'lance'

/**
 * Returns the protocol of a path below the base of a catalog. All paths of the Lance REST Namespace have these prefixes,
 * and no path of the Iceberg REST catalog has one.
 */
export function detectProtocol(path: string): Protocol {
  return /^\/v1\/(namespace|table|materialized_view|transaction)(\/|\?|$)/.test(path) ? 'lance' : 'iceberg'
}
