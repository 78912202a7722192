import { aliases } from './aliases.ts'

/**
 * Properties that a server must not set in its clients: addresses, identities, headers, proxies and TLS. With them, a
 * server could redirect the credentials of its clients to another host.
 */
const forbidden: readonly RegExp[] = [
  /^uri$/,
  /^warehouse-uri$/,
  /^(rest|auth)\./,
  /^headers?\./,
  /^(oauth2|token|credential)([-.]|$)/,
  /^urn:ietf:params:oauth:/,
  /proxy/,
  /^client\.(credentials-provider|assume-role|role-)/,
  /^(client|glue)\.(access-key-id|secret-access-key|session-token|profile-name)$/,
  /^(ssl|tls)\./,
]

/** Aliases that a server may set, because clients also use them to access storage. */
const harmless = new Set(['client.region'])

/**
 * Returns whether a server may set this property in its clients.
 *
 * @example
 * ```ts
 * isServerSettable('prefix') // true
 * isServerSettable('rest.auth.type') // false
 * ```
 */
export function isServerSettable(name: string): boolean {
  const key = name.trim().toLowerCase()
  if (forbidden.some((pattern) => pattern.test(key))) return false
  return !aliases.has(key) || harmless.has(key)
}

/**
 * Removes properties that a server must not set from the `defaults` or `overrides` of `/v1/config`.
 *
 * @returns the remaining properties, and in `refused` the names of the removed properties, to be logged as a warning
 *
 * @example
 * ```ts
 * const { config, refused } = filterServerConfig({ prefix: 'lake', 'rest.auth.type': 'none' })
 * console.log(config, refused)
 * ```
 */
export function filterServerConfig(config: Readonly<Record<string, string>>): {
  readonly config: Record<string, string>
  readonly refused: readonly string[]
} {
  const entries = Object.entries(config)
  return {
    config: Object.fromEntries(entries.filter(([name]) => isServerSettable(name))),
    refused: entries.map(([name]) => name).filter((name) => !isServerSettable(name)),
  }
}
