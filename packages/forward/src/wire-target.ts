import { HeadgateError } from '@headgate/errors'

/**
 * Returns the target at the upstream. Keeps each byte of the client's target: `%2F`, `//` and dot segments. Refuses a path
 * that some server might resolve to a place outside `basePath`.
 *
 * @param target the request target as it was received (RFC 9112 section 3.2)
 * @param basePath begins with a slash or is empty; does not end with one
 * @throws HeadgateError `bad-request`
 */
export function onwardTarget(target: string, basePath: string): string {
  if (!target.startsWith('/')) {
    throw new HeadgateError(
      'bad-request',
      'The request names another server, but this proxy forwards to one server only. Set it as the catalog’s uri, not as an HTTP proxy.',
    )
  }
  if (!/^[\x21-\x7e]+$/.test(target) || target.includes('#')) {
    throw new HeadgateError('bad-request', 'The path contains characters that a URL must escape.')
  }
  if (climbs(pathOf(target))) {
    throw new HeadgateError('bad-request', 'The path leads out of the catalog: remove its “..” segments.')
  }
  return `${basePath}${target}`
}

/** Returns the path of a target, without its query. */
export function pathOf(target: string): string {
  const mark = target.indexOf('?')
  return mark === -1 ? target : target.slice(0, mark)
}

/**
 * Returns whether a path leads above its start for any server. Some servers unescape slashes before they resolve dots,
 * treat backslashes as slashes, join empty segments, or cut parameters off segments (`..;a=b`). One server sees one segment
 * where another sees several (`a%2Fb`), so such a segment counts as one on the way down, and as all of them on the way up.
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
