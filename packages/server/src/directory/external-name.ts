/** Name of a principal or group: of another issuer (`ISSUER#NAME`), or of this server (`issuer` null). */
export interface ExternalName {
  readonly issuer: string | null
  readonly name: string
}

/** Parses `ISSUER#NAME`. The URL of an issuer has no `#`, a name may have one. */
export function parseExternalName(text: string): ExternalName {
  const mark = text.indexOf('#')
  return mark < 1 || mark === text.length - 1
    ? { issuer: null, name: text }
    : { issuer: text.slice(0, mark), name: text.slice(mark + 1) }
}

/** Form of the ids that the server assigns. */
export const uuidPattern: RegExp = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** Returns whether a text is the id of an object. */
export function isId(text: string): boolean {
  return uuidPattern.test(text)
}
