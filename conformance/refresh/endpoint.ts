import type { Credential } from './credential.ts'
import { demand } from '../lib/outcome.ts'

const names = ['client.refresh-credentials-endpoint', 'gcs.oauth2.refresh-credentials-endpoint'] as const

/** Where a credential says that it is renewed. */
export function endpointOf({ config }: Credential): string | undefined {
  const adls = Object.keys(config).find((name) => /^adls\.(?:.*\.)?refresh-credentials-endpoint$/.test(name))
  const name = names.find((known) => config[known] !== undefined) ?? adls
  return name === undefined ? undefined : config[name]
}

/**
 * The path below the catalog's URI that Iceberg's Java client asks, which takes a relative endpoint as `{uri}/{endpoint}`
 * and an absolute one as it is. The client sends the catalog's own authentication along, so an absolute one must lead
 * to the same server.
 */
export function resolveAsJava(uri: string, endpoint: string): string {
  if (!/^https?:\/\//.test(endpoint)) return endpoint
  const start = `${uri}/`
  demand(endpoint.startsWith(start), `the endpoint leads away from ${uri}: ${endpoint.split('?')[0] ?? ''}`)
  return endpoint.slice(start.length)
}
