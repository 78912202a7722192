import type { CatalogSettings } from '../catalog-settings.ts'

/** Host that an engine connects to. */
export interface Host {
  /** Name or IP address of the host. An IPv6 address has no brackets. */
  readonly name: string
  readonly port: number
  readonly secure: boolean
  /** Purpose of the host, for messages: `catalog`, `token endpoint` or `storage`. */
  readonly role: string
  /** Name of the engine setting whose value contains the host. */
  readonly setting: string
}

export function toHost(url: URL, role: string, setting: string): Host {
  const secure = url.protocol === 'https:'
  return {
    name: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? (secure ? 443 : 80) : Number(url.port),
    secure,
    role,
    setting,
  }
}

/** Lists the hosts of the catalog and of its token endpoint, each once. */
export function listHosts({ uri, tokenEndpoint, names }: CatalogSettings): readonly Host[] {
  const catalog = toHost(new URL(uri), 'catalog', names.uri)
  const url = tokenEndpoint === undefined ? null : URL.parse(tokenEndpoint, `${uri}/`)
  if (url === null || !/^https?:$/.test(url.protocol)) return [catalog]
  const issuer = toHost(url, 'token endpoint', names.tokenEndpoint ?? names.uri)
  return issuer.name === catalog.name && issuer.port === catalog.port ? [catalog] : [catalog, issuer]
}

/** Formats a host and its port, such as `catalog.example.com:443`. */
export const formatHost = ({ name, port }: Host): string =>
  `${name.includes(':') ? `[${name}]` : name}:${port}`
