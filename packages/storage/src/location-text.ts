import { HeadgateError } from '@headgate/errors'

const escapeRun = /(?:%[0-9a-f]{2})+/gi
const maxDecodings = 8
const maxShown = 200

/** Refuses a location with characters that are not allowed. */
export function checkCharacters(text: string): void {
  const why = badCharacter(text)
  if (why !== undefined) throw new HeadgateError('bad-request', `Location contains ${why}`)
}

/**
 * Refuses a path that becomes another path when a reader decodes its percent escapes once or several times. Escapes
 * of harmless characters (`%20`) are kept as three characters.
 */
export function checkEscapes(text: string, path: string): void {
  for (const segment of path.split('/')) checkSegmentEscapes(text, segment)
}

function checkSegmentEscapes(text: string, segment: string): void {
  let current = segment
  for (let round = 0; current.includes('%'); round++) {
    const decoded = decodeOnce(text, current)
    if (decoded === current) return
    if (round === maxDecodings) throw refuse(text, 'Location is percent-encoded too many times')
    const why = badCharacter(decoded)
    if (why !== undefined) throw refuse(text, `Location contains ${why} as a percent escape`)
    if (decoded.includes('/')) throw refuse(text, 'Location contains a slash as a percent escape')
    if (decoded === '.' || decoded === '..')
      throw refuse(text, 'Location has a path segment . or .. as a percent escape')
    current = decoded
  }
}

function decodeOnce(text: string, segment: string): string {
  return segment.replace(escapeRun, (run) => {
    try {
      return decodeURIComponent(run)
    } catch (cause) {
      throw new HeadgateError(
        'bad-request',
        `Location contains percent escapes that are not UTF-8: ${shown(text)}`,
        { cause },
      )
    }
  })
}

function badCharacter(text: string): string | undefined {
  if (!text.isWellFormed()) return 'half a surrogate pair, which has no UTF-8 form'
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    if (unit < 0x20 || unit === 0x7f) return unit === 0 ? 'a NUL character' : 'a control character'
    if (unit === 0x5c) return 'a backslash'
    if (unit === 0x3f) return 'a query (?)'
    if (unit === 0x23) return 'a fragment (#)'
  }
  return undefined
}

/** Formats a location for error messages. Limits its length, and removes user information, which may be a secret. */
export function shown(location: string): string {
  const text = location.replace(/^([^/@:]*:\/{0,2})[^/]*@/, '$1…@')
  return text.length <= maxShown ? text : `${text.slice(0, maxShown)}…`
}

function refuse(text: string, why: string): HeadgateError {
  return new HeadgateError('bad-request', `${why}: ${shown(text)}`)
}
