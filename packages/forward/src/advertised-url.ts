import { climbs, parsePath } from './wire-target.ts'
import { readUpstream, type Upstream } from './upstream.ts'

/**
 * Decision about a URL in a response: the proxy keeps the URL, replaces it by another URL, or must not send it to the
 * client.
 */
type Advertised = { readonly keep: true } | { readonly replace: string } | { readonly refuse: true }

/**
 * Function that decides about one URL in a response of the upstream. It replaces a URL of the upstream by the
 * corresponding URL of the proxy.
 *
 * @param from the base that clients use to resolve a relative URL: `host` in headers (RFC 9110 section 10.2.2),
 * `catalog` in Iceberg response bodies
 */
export type AdvertisedUrls = (value: string, from: 'host' | 'catalog') => Advertised

/**
 * Creates the function that translates URLs of the upstream to URLs of the proxy.
 *
 * @param bases the base URL of the upstream, and further base URLs under which it is known
 * @param publicUrl the URL of the proxy for clients, without trailing slash
 */
export function advertisedUrls(bases: readonly string[], publicUrl: string): AdvertisedUrls {
  const upstreams = bases.map(readUpstream)
  return (value, from) => {
    const trimmed = value.trim()
    // Some clients remove control characters from a URL, so that a URL that looks relative becomes an absolute URL.
    if (/\p{Cc}/u.test(trimmed)) return { refuse: true }
    const rooted = from === 'host' && /^\/(?![/\\])/.test(trimmed)
    const text = rooted ? `${upstreams[0]?.origin ?? ''}${trimmed}` : trimmed
    // A URL with a scheme or an authority is absolute. Clients resolve other URLs relative to the catalog.
    if (!/^([a-z][a-z0-9+.-]*:|[/\\]{2})/i.test(text)) return { keep: true }
    for (const upstream of upstreams) {
      const rest = restBelow(text, upstream)
      if (rest !== undefined) return { replace: `${publicUrl}${rest}` }
    }
    return { refuse: true }
  }
}

/**
 * Returns the part of a URL after the base URL of an upstream, unchanged, or undefined if the URL is not below this
 * base.
 */
function restBelow(text: string, { origin, basePath }: Upstream): string | undefined {
  const [, authority = '', rest = ''] = /^https?:\/\/([^/?#\\]+)([^#]*)$/i.exec(text) ?? []
  if (authority === '' || authority.includes('@') || URL.parse(text)?.origin !== origin) return undefined
  if (!rest.startsWith(basePath)) return undefined
  const below = rest.slice(basePath.length)
  return /^([/?]|$)/.test(below) && !climbs(parsePath(below)) ? below : undefined
}
