import type { HeaderList } from '@headgate/http'
import type { AdvertisedUrls } from './advertised-url.ts'
import { endToEnd } from './headers-onward.ts'

/**
 * Headers of an upstream response that the proxy removes. They apply only to the connection between proxy and
 * upstream, or would make clients bypass the proxy: authentication challenges, cookies, alternative services, HSTS.
 */
const between = new Set([
  'www-authenticate',
  'authentication-info',
  'dpop-nonce',
  'set-cookie',
  'set-cookie2',
  'alt-svc',
  'refresh',
  'strict-transport-security',
  'clear-site-data',
])

/** Headers that describe the bytes of the original body, and that are wrong after the body was rewritten. */
const aboutBytes = new Set([
  'content-encoding',
  'content-length',
  'content-md5',
  'content-digest',
  'repr-digest',
  'digest',
])

export interface ResponseHeaders {
  readonly headers: HeaderList
  /** Whether the response redirects to another server. */
  readonly leadsElsewhere: boolean
}

/**
 * Returns the headers of an upstream response that the client receives. Replaces URLs of the upstream in `Location`,
 * `Content-Location` and `Link` by URLs of the proxy.
 *
 * @param bodyChanges whether the proxy changes the body of the response
 */
export function responseHeaders(
  received: HeaderList,
  { urls, bodyChanges }: { readonly urls: AdvertisedUrls; readonly bodyChanges: boolean },
): ResponseHeaders {
  let leadsElsewhere = false
  const headers = endToEnd(received).flatMap(([name, value]): HeaderList => {
    const key = name.toLowerCase()
    if (between.has(key) || (bodyChanges && aboutBytes.has(key))) return []
    if (key === 'link') {
      const links = linksFor(value, urls)
      return links === '' ? [] : [[name, links]]
    }
    if (key !== 'location' && key !== 'content-location') return [[name, value]]
    const said = urls(value, 'host')
    if ('keep' in said) return [[name, value]]
    if ('replace' in said) return [[name, said.replace]]
    leadsElsewhere ||= key === 'location'
    return []
  })
  return { headers, leadsElsewhere }
}

/**
 * Returns the value of a `Link` header (RFC 8288) for clients. Replaces URLs of the upstream by URLs of the proxy,
 * keeps links without a host, and removes all other links.
 */
function linksFor(value: string, urls: AdvertisedUrls): string {
  const links = value.match(/<[^>]*>(?:"(?:[^"\\]|\\.)*"|[^,"])*/g) ?? []
  return links
    .flatMap((link) => {
      const end = link.indexOf('>')
      const said = urls(link.slice(1, end), 'host')
      if ('refuse' in said) return []
      return ['keep' in said ? link.trim() : `<${said.replace}${link.slice(end).trim()}`]
    })
    .join(', ')
}
