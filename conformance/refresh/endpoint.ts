import type { Credential } from './credential.ts'
import { demand } from '../lib/outcome.ts'

const names = ['client.refresh-credentials-endpoint', 'gcs.oauth2.refresh-credentials-endpoint'] as const

/** Returns the refresh endpoint in the properties of a storage credential, or undefined if they contain none. */
export function readEndpoint({ config }: Credential): string | undefined {
  const adls = Object.keys(config).find((name) => /^adls\.(?:.*\.)?refresh-credentials-endpoint$/.test(name))
  const name = names.find((known) => config[known] !== undefined) ?? adls
  return name === undefined ? undefined : config[name]
}

/**
 * Returns the path, below the URI of the catalog, that Iceberg's Java client requests for a refresh endpoint: a
 * relative endpoint is appended to the URI, and an absolute endpoint is used unchanged. The check fails for an
 * endpoint on another server, because the client sends its catalog token there.
 */
export function resolveAsJava(uri: string, endpoint: string): string {
  if (!/^https?:\/\//.test(endpoint)) return endpoint
  const start = `${uri}/`
  demand(endpoint.startsWith(start), `the endpoint leads away from ${uri}: ${endpoint.split('?')[0] ?? ''}`)
  return endpoint.slice(start.length)
}
