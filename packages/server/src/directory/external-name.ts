/**
 * Name of a principal or group. It belongs to another issuer (`ISSUER#NAME`), or to this server when `issuer` is null.
 */
export interface ExternalName {
  readonly issuer: string | null
  readonly name: string
}

/** Parses `ISSUER#NAME` at the first `#`: issuer URLs contain no `#`, but names may contain one. */
export function parseExternalName(text: string): ExternalName {
  const mark = text.indexOf('#')
  return mark < 1 || mark === text.length - 1
    ? { issuer: null, name: text }
    : { issuer: text.slice(0, mark), name: text.slice(mark + 1) }
}

/** Pattern of the ids that the server assigns to objects. */
export const uuidPattern: RegExp = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** Returns true when a text has the form of an object id. */
export function isId(text: string): boolean {
  return uuidPattern.test(text)
}
