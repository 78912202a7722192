import type { Credential } from './credential.ts'
import { demand } from '../lib/outcome.ts'

const names = ['client.refresh-credentials-endpoint', 'gcs.oauth2.refresh-credentials-endpoint'] as const

/** Returns the refresh endpoint in the config of a credential, or undefined. */
export function readEndpoint({ config }: Credential): string | undefined {
  const adls = Object.keys(config).find((name) => /^adls\.(?:.*\.)?refresh-credentials-endpoint$/.test(name))
  const name = names.find((known) => config[known] !== undefined) ?? adls
  return name === undefined ? undefined : config[name]
}

/**
 * Returns the path below the catalog's URI that Iceberg's Java client requests: `{uri}/{endpoint}` for a relative
 * endpoint, and an absolute one unchanged. The client also sends the catalog's authentication, so an absolute endpoint
 * must belong to the same server.
 */
export function resolveAsJava(uri: string, endpoint: string): string {
  if (!/^https?:\/\//.test(endpoint)) return endpoint
  const start = `${uri}/`
  demand(endpoint.startsWith(start), `the endpoint leads away from ${uri}: ${endpoint.split('?')[0] ?? ''}`)
  return endpoint.slice(start.length)
}
