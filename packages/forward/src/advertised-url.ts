import { climbs, pathOf } from './wire-target.ts'
import { readUpstream, type Upstream } from './upstream.ts'

/** Result for an address in a response: it is kept, another one replaces it, or the client must not receive it. */
export type Advertised = { readonly keep: true } | { readonly replace: string } | { readonly refuse: true }

/**
 * Finds addresses of the upstream in responses and returns the addresses of the proxy for them.
 *
 * @param from the base of an address without a host: in headers the host (RFC 9110 section 10.2.2), in Iceberg's documents
 * the catalog
 */
export type AdvertisedUrls = (value: string, from: 'host' | 'catalog') => Advertised

/**
 * Creates the translation of addresses.
 *
 * @param bases the upstream and its other addresses
 * @param publicUrl the address of the proxy for clients, without trailing slash
 */
export function advertisedUrls(bases: readonly string[], publicUrl: string): AdvertisedUrls {
  const upstreams = bases.map(readUpstream)
  return (value, from) => {
    const given = value.trim()
    // Some clients ignore these characters, so that an address that looks relative becomes another one.
    if (/\p{Cc}/u.test(given)) return { refuse: true }
    const rooted = from === 'host' && /^\/(?![/\\])/.test(given)
    const text = rooted ? `${upstreams[0]?.origin ?? ''}${given}` : given
    // An address with a scheme or an authority is absolute. Clients resolve others below the catalog.
    if (!/^([a-z][a-z0-9+.-]*:|[/\\]{2})/i.test(text)) return { keep: true }
    for (const upstream of upstreams) {
      const rest = restBelow(text, upstream)
      if (rest !== undefined) return { replace: `${publicUrl}${rest}` }
    }
    return { refuse: true }
  }
}

/** Returns the part of an address after the base of an upstream, byte for byte; undefined for another address. */
function restBelow(text: string, { origin, basePath }: Upstream): string | undefined {
  const [, authority = '', rest = ''] = /^https?:\/\/([^/?#\\]+)([^#]*)$/i.exec(text) ?? []
  if (authority === '' || authority.includes('@') || URL.parse(text)?.origin !== origin) return undefined
  if (!rest.startsWith(basePath)) return undefined
  const below = rest.slice(basePath.length)
  return /^([/?]|$)/.test(below) && !climbs(pathOf(below)) ? below : undefined
}
