import type { HeaderList } from '@headgate/auth'
import type { AdvertisedUrls } from './advertised-url.ts'
import { endToEnd } from './headers-onward.ts'

/**
 * Headers that are between the upstream and us (who we are), or that would have clients go around us: challenges and
 * cookies, other places of the same service, promises about the connection.
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

/** What holds for the bytes of a body only as they came. */
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
  /** A redirect that leads elsewhere. */
  readonly leadsElsewhere: boolean
}

/**
 * The headers of an answer that the client gets. `Location`, `Content-Location` and `Link` that point at the upstream
 * point at us afterwards.
 *
 * @param bodyChanges Whether the body is read and written again
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

/** The links (RFC 8288) that are ours, pointing at us, and those without a host. */
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
