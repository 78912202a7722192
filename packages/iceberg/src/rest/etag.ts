import { HeadgateError } from '@headgate/errors'

// Syntax of an entity tag (RFC 9110, section 8.8.3): an optional W/, then visible characters except the quote, in
// quotes.
const OPAQUE = /^[\x21\x23-\x7e]*$/
const MEMBER = /^[\t ]*(?:(?:W\/)?"([\x21\x23-\x7e\x80-\uffff]*)"[\t ]*)?(?:,|$)/

/**
 * Formats an entity tag. The tag is weak, because two responses with the same tag may contain different credentials.
 *
 * @param opaque visible ASCII without quotes, unique for each metadata version and representation
 */
export function formatEtag(opaque: string): string {
  if (!OPAQUE.test(opaque))
    throw new HeadgateError('internal', 'An ETag can only contain visible ASCII without quotes')
  return `W/"${opaque}"`
}

/** Versions that the client has cached: any version, or the versions with these tags (without `W/` and quotes). */
export type IfNoneMatch =
  { readonly kind: 'any' } | { readonly kind: 'tags'; readonly tags: readonly string[] }

/**
 * Decodes the header `If-None-Match`: `*` or a list of entity tags. An invalid header is treated as an empty list, because
 * a full response is always correct.
 */
export function decodeIfNoneMatch(header: string | null | undefined): IfNoneMatch {
  if (header?.trim() === '*') return { kind: 'any' }
  const tags: string[] = []
  let rest = header ?? ''
  while (rest !== '') {
    const match = MEMBER.exec(rest)
    if (match === null) return { kind: 'tags', tags: [] }
    if (match[1] !== undefined) tags.push(match[1])
    rest = rest.slice(match[0].length)
  }
  return { kind: 'tags', tags }
}

/**
 * Returns whether the client has cached the version with this tag, so that the server can respond with 304 (weak
 * comparison, RFC 9110, section 8.8.3.2).
 */
export function matchesEtag(condition: IfNoneMatch, etag: string): boolean {
  if (condition.kind === 'any') return true
  const own = decodeIfNoneMatch(etag)
  return own.kind === 'tags' && own.tags.some((tag) => condition.tags.includes(tag))
}
