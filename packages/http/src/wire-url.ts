import { HeadgateError } from '@headgate/errors'

/**
 * Returns a URL in the exact form that `fetch` sends: parsed and serialized, without a fragment. A signature must
 * cover this form. URL parsers encode some characters, but not `! ' ( ) * $ + @ : ;`.
 *
 * @throws {HeadgateError} unsupported for a path with dot segments, even encoded ones, because every URL parser
 * resolves them; illegal-argument for a URL with a user or password
 *
 * @example
 * ```ts
 * wireUrl('https://example.com/a b#top') // 'https://example.com/a%20b'
 * ```
 */
export function wireUrl(url: string): string {
  const path = /^[a-z][a-z0-9+.-]*:\/\/[^/?#]*([^?#]*)/i.exec(url)?.[1]
  if (path === undefined || !URL.canParse(url)) {
    throw new HeadgateError('unsupported', 'The URL of a request must be absolute')
  }
  if (path.split(/[/\\]/).some((segment) => /^(\.|%2e){1,2}$/i.test(segment))) {
    throw new HeadgateError(
      'unsupported',
      'A path with the segment . or .. cannot be sent, because every URL parser resolves it. Choose another name or delimiter.',
    )
  }
  const parsed = new URL(url)
  if (parsed.username !== '' || parsed.password !== '') {
    throw new HeadgateError(
      'illegal-argument',
      'A URL must not contain a user or password: use rest.auth.type=basic',
    )
  }
  parsed.hash = ''
  return parsed.href
}
