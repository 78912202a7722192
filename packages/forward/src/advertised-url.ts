import { climbs, pathOf } from './wire-target.ts'
import { readUpstream, type Upstream } from './upstream.ts'

/** What becomes of an address in an answer: it is kept, another one takes its place, or it must not reach the client. */
export type Advertised = { readonly keep: true } | { readonly replace: string } | { readonly refuse: true }

/**
 * Finds what in answers points at the upstream, and says where it is to be found instead.
 *
 * @param from What an address without a host is relative to: in headers the host (RFC 9110 section 10.2.2), in Iceberg's
 * documents the catalog
 */
export type AdvertisedUrls = (value: string, from: 'host' | 'catalog') => Advertised

/**
 * @param bases The upstream, and other addresses under which it knows itself
 * @param publicUrl Where clients reach it through us, without trailing slash
 */
export function advertisedUrls(bases: readonly string[], publicUrl: string): AdvertisedUrls {
  const upstreams = bases.map(readUpstream)
  return (value, from) => {
    const given = value.trim()
    // Some clients read an address as if these were not in it, so that what looks relative becomes another place.
    if (/\p{Cc}/u.test(given)) return { refuse: true }
    const rooted = from === 'host' && /^\/(?![/\\])/.test(given)
    const text = rooted ? `${upstreams[0]?.origin ?? ''}${given}` : given
    // Whatever has a scheme or an authority is a place of its own; clients look for others below the catalog.
    if (!/^([a-z][a-z0-9+.-]*:|[/\\]{2})/i.test(text)) return { keep: true }
    for (const upstream of upstreams) {
      const rest = restBelow(text, upstream)
      if (rest !== undefined) return { replace: `${publicUrl}${rest}` }
    }
    return { refuse: true }
  }
}

/** What stands behind the base of an upstream, byte for byte; undefined when it is not below it. */
function restBelow(text: string, { origin, basePath }: Upstream): string | undefined {
  const [, authority = '', rest = ''] = /^https?:\/\/([^/?#\\]+)([^#]*)$/i.exec(text) ?? []
  if (authority === '' || authority.includes('@') || URL.parse(text)?.origin !== origin) return undefined
  if (!rest.startsWith(basePath)) return undefined
  const below = rest.slice(basePath.length)
  return /^([/?]|$)/.test(below) && !climbs(pathOf(below)) ? below : undefined
}
