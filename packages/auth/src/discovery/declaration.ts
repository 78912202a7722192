/** An authentication scheme that a catalog declares. */
export interface Scheme {
  readonly type: string
  readonly parameters: ReadonlyMap<string, string>
  /** Names of parameters that a client must know to use the scheme. */
  readonly crit: readonly string[]
  readonly delegate: Scheme | undefined
}

/** Members of a protected resource's metadata document (RFC 9728) that concern authentication. */
export interface Declaration {
  readonly resource: string
  readonly issuers: readonly string[]
  /**
   * Whether the catalog accepts only tokens that are bound to a key: `dpop_bound_access_tokens_required` (RFC 9449).
   */
  readonly dpopRequired: boolean
  /** Schemes in the order that the catalog prefers. */
  readonly schemes: readonly Scheme[]
}

/** Error for a document without a declaration that this client can read. The message states the reason. */
export class DeclarationError extends Error {
  override readonly name = 'DeclarationError'
}

const MAX_SCHEMES = 16
const MAX_VALUE = 2_048

/**
 * Parses the document in which a catalog declares its authentication.
 *
 * @throws {DeclarationError} for a document without `rest_auth`, of another version, or with a value of the wrong
 *   JSON type
 */
export function parseDeclaration(text: string): Declaration {
  const document = toMembers(parseJson(text), 'the document')
  const auth = document.get('rest_auth')
  if (auth === undefined) throw new DeclarationError('the document of the catalog has no member rest_auth')
  const declared = toMembers(auth, 'rest_auth')
  const version = declared.get('version')
  if (version !== 1) {
    throw new DeclarationError(
      typeof version === 'number'
        ? `the version of rest_auth is ${version}, but this client supports only version 1`
        : 'the member rest_auth has no version',
    )
  }
  const schemes = toArray(declared.get('schemes'), 'schemes')
  if (schemes.length === 0 || schemes.length > MAX_SCHEMES) {
    throw new DeclarationError(`the list schemes of rest_auth must have 1 to ${MAX_SCHEMES} elements`)
  }
  const issuers = document.get('authorization_servers')
  const dpop = document.get('dpop_bound_access_tokens_required')
  return {
    resource: toText(document.get('resource'), 'resource'),
    issuers: issuers === undefined ? [] : toTexts(issuers, 'authorization_servers'),
    dpopRequired: dpop === true,
    schemes: schemes.map((scheme) => parseScheme(scheme, 'scheme')),
  }
}

function parseScheme(value: unknown, role: 'scheme' | 'delegate'): Scheme {
  const scheme = toMembers(value, `a ${role}`)
  const type = toText(scheme.get('type'), 'type')
  const name = scheme.get('name')
  if (name !== undefined) toText(name, 'name')
  const parameters = scheme.get('parameters')
  const crit = scheme.get('crit')
  const delegate = scheme.get('delegate')
  if (delegate !== undefined && role === 'delegate') {
    throw new DeclarationError('the delegate of an authentication scheme must not have a delegate itself')
  }
  return {
    type,
    parameters: new Map(
      parameters === undefined
        ? []
        : [...toMembers(parameters, 'parameters')].map(([key, each]) => [key, toText(each, 'a parameter')]),
    ),
    crit: crit === undefined ? [] : toTexts(crit, 'crit'),
    delegate: delegate === undefined ? undefined : parseScheme(delegate, 'delegate'),
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new DeclarationError('the declaration document of the catalog is not JSON')
  }
}

/** Converts a JSON object to a map, in which names such as `__proto__` have no special meaning. */
function toMembers(value: unknown, what: string): ReadonlyMap<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new DeclarationError(`${what} must be an object`)
  }
  return new Map(Object.entries(value))
}

function toArray(value: unknown, what: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new DeclarationError(`${what} must be an array`)
  return value
}

function toTexts(value: unknown, what: string): readonly string[] {
  return toArray(value, what).map((each) => toText(each, what))
}

function toText(value: unknown, what: string): string {
  if (typeof value !== 'string') throw new DeclarationError(`${what} must be a string`)
  if (value.length > MAX_VALUE || /[\p{Cc}]/u.test(value)) {
    throw new DeclarationError(`${what} is too long, or contains control characters`)
  }
  return value
}
