import { HeadgateError } from '@headgate/errors'

/**
 * Returns the request target to send to the upstream. Keeps each byte of the client's target, including `%2F`, `//`
 * and dot segments. Refuses a path that some server might resolve to a path outside `basePath`.
 *
 * @param target the request target as it was received (RFC 9112 section 3.2)
 * @param basePath empty, or a path that begins with a slash and does not end with a slash
 * @throws HeadgateError `bad-request` for a target that the proxy does not forward
 */
export function onwardTarget(target: string, basePath: string): string {
  if (!target.startsWith('/')) {
    throw new HeadgateError(
      'bad-request',
      'The request names another server, but this proxy forwards to one server only. Set the URL of the proxy as the uri of the catalog, not as an HTTP proxy.',
    )
  }
  if (!/^[\x21-\x7e]+$/.test(target) || target.includes('#')) {
    throw new HeadgateError(
      'bad-request',
      'The path contains characters that a URL must not contain. Percent-encode them.',
    )
  }
  if (climbs(parsePath(target))) {
    throw new HeadgateError('bad-request', 'The path leads out of the catalog: remove its “..” segments.')
  }
  return `${basePath}${target}`
}

/** Returns the path of a request target, without its query. */
export function parsePath(target: string): string {
  const mark = target.indexOf('?')
  return mark === -1 ? target : target.slice(0, mark)
}

/**
 * Returns whether any server could resolve a path to a path outside its base. Some servers unescape slashes before
 * they resolve dots, treat backslashes as slashes, join empty segments, or remove parameters from segments
 * (`..;a=b`). A segment like `a%2Fb` is one segment for some servers and two for others. To be safe, this function
 * counts `a%2Fb` as one level, and each `..` in a segment like `..%2F..` as one level upwards.
 */
export function climbs(path: string): boolean {
  let depth = 0
  for (const segment of path.split('/')) {
    const names = segment.split(/%2f|%5c|\\/i).map(plainName)
    const up = names.filter((name) => name === '..').length
    if (up > 0) depth -= up
    else if (names.some((name) => name !== '' && name !== '.')) depth++
    if (depth < 0) return true
  }
  return false
}

function plainName(segment: string): string | undefined {
  return segment.replaceAll(/%2e/gi, '.').replaceAll(/%3b/gi, ';').split(';', 1)[0]
}
