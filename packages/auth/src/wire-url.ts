import { AuthError } from './auth-error.ts'

/**
 * The URL that `fetch` sends for this one: parsed and written again, without fragment. What is signed must be what is
 * sent, and URL parsers encode what is not, while they leave `! ' ( ) * $ + @ : ;` as they are.
 *
 * @throws AuthError for a path with dot segments: every URL parser resolves them, also encoded, so that the request
 * would go to another place than the one asked for.
 */
export function wireUrl(url: string): string {
  const path = /^[a-z][a-z0-9+.-]*:\/\/[^/?#]*([^?#]*)/i.exec(url)?.[1]
  if (path === undefined || !URL.canParse(url)) {
    throw new AuthError('unsupported', 'A request needs an absolute URL')
  }
  if (path.split(/[/\\]/).some((segment) => /^(\.|%2e){1,2}$/i.test(segment))) {
    throw new AuthError(
      'unsupported',
      'A path with the segment . or .. cannot be sent: every URL parser resolves it. Choose another name or delimiter.',
    )
  }
  const parsed = new URL(url)
  if (parsed.username !== '' || parsed.password !== '') {
    throw new AuthError('configuration', 'A URL must not hold a user or password: use rest.auth.type=basic')
  }
  parsed.hash = ''
  return parsed.href
}
