import { HeadgateError } from '@headgate/errors'

/**
 * The target to ask the upstream for, each byte of the client's kept: `%2F`, `//` and dot segments as they came. What
 * some server might read as a way out of `basePath` is refused.
 *
 * @param target The request target as it came over the wire (RFC 9112 section 3.2)
 * @param basePath Begins with a slash or is empty; does not end with one
 * @throws HeadgateError `bad-request`
 */
export function onwardTarget(target: string, basePath: string): string {
  if (!target.startsWith('/')) {
    throw new HeadgateError(
      'bad-request',
      'The request names a server of its own: this forwards to one server alone. Set it as the catalog’s uri, not as an HTTP proxy.',
    )
  }
  if (!/^[\x21-\x7e]+$/.test(target) || target.includes('#')) {
    throw new HeadgateError('bad-request', 'The path holds characters that a URL must escape.')
  }
  if (climbs(pathOf(target))) {
    throw new HeadgateError('bad-request', 'The path leads out of the catalog: take out its “..” segments.')
  }
  return `${basePath}${target}`
}

/** The path of a target, without its query. */
export function pathOf(target: string): string {
  const mark = target.indexOf('?')
  return mark === -1 ? target : target.slice(0, mark)
}

/**
 * Whether any reading of a path leads above where it begins: also that of servers which unescape slashes before they
 * resolve dots, take backslashes for slashes, join empty segments, or cut parameters off segments (`..;a=b`). Some of them
 * see one segment where others see several (`a%2Fb`): it counts as one on the way down, and as all of them on the way up.
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
