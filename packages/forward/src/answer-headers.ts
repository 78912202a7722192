import type { HeaderList } from '@headgate/http'
import type { AdvertisedUrls } from './advertised-url.ts'
import { endToEnd } from './headers-onward.ts'

/**
 * Headers that concern only the connection between proxy and upstream, and headers that would lead clients around the
 * proxy: challenges, cookies, alternative services, promises about the connection.
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

/** Headers that describe the original bytes of a body. */
const aboutBytes = new Set([
  'content-encoding',
  'content-length',
  'content-md5',
  'content-digest',
  'repr-digest',
  'digest',
])

export interface AnswerHeaders {
  readonly headers: HeaderList
  /** Whether the response redirects to another server. */
  readonly leadsElsewhere: boolean
}

/**
 * Returns the headers of a response for the client. Rewrites addresses of the upstream in `Location`, `Content-Location`
 * and `Link` to those of the proxy.
 *
 * @param bodyChanges whether the body is rewritten
 */
export function answerHeaders(
  received: HeaderList,
  { urls, bodyChanges }: { readonly urls: AdvertisedUrls; readonly bodyChanges: boolean },
): AnswerHeaders {
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

/** Returns the links (RFC 8288) to the upstream, rewritten to the proxy, and those without a host. */
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
