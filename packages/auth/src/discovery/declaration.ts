/** A scheme as a catalog declares it. */
export interface Scheme {
  readonly type: string
  readonly parameters: ReadonlyMap<string, string>
  /** Parameters without which requests would be refused. */
  readonly crit: readonly string[]
  readonly delegate: Scheme | undefined
}

/** What of a protected resource's document (RFC 9728) is about authentication. */
export interface Declaration {
  readonly resource: string
  readonly issuers: readonly string[]
  /** `dpop_bound_access_tokens_required` */
  readonly dpopRequired: boolean
  /** Those first that the catalog prefers. */
  readonly schemes: readonly Scheme[]
}

/** A document that says nothing of use, and why not. */
export class NoDeclaration extends Error {
  override readonly name = 'NoDeclaration'
}

const MAX_SCHEMES = 16
const MAX_VALUE = 2_048

/** Reads a document. @throws NoDeclaration for one without `rest_auth`, of another version, or of the wrong kind. */
export function readDeclaration(text: string): Declaration {
  const document = objectOf(parsed(text), 'the document')
  const auth = document.get('rest_auth')
  if (auth === undefined) throw new NoDeclaration('it has no rest_auth')
  const declared = objectOf(auth, 'rest_auth')
  const version = declared.get('version')
  if (version !== 1) {
    throw new NoDeclaration(
      typeof version === 'number' ? `its version is ${version}, and 1 is known here` : 'it has no version',
    )
  }
  const schemes = listOf(declared.get('schemes'), 'schemes')
  if (schemes.length === 0 || schemes.length > MAX_SCHEMES) {
    throw new NoDeclaration(`schemes must be 1 to ${MAX_SCHEMES}`)
  }
  const issuers = document.get('authorization_servers')
  const dpop = document.get('dpop_bound_access_tokens_required')
  return {
    resource: textOf(document.get('resource'), 'resource'),
    issuers: issuers === undefined ? [] : texts(issuers, 'authorization_servers'),
    dpopRequired: dpop === true,
    schemes: schemes.map((scheme) => schemeOf(scheme, 'below')),
  }
}

function schemeOf(value: unknown, delegates: 'below' | 'none'): Scheme {
  const scheme = objectOf(value, 'a scheme')
  const type = textOf(scheme.get('type'), 'type')
  const name = scheme.get('name')
  if (name !== undefined) textOf(name, 'name')
  const parameters = scheme.get('parameters')
  const crit = scheme.get('crit')
  const delegate = scheme.get('delegate')
  if (delegate !== undefined && delegates === 'none') throw new NoDeclaration('a delegate has a delegate')
  return {
    type,
    parameters: new Map(
      parameters === undefined
        ? []
        : [...objectOf(parameters, 'parameters')].map(([key, each]) => [key, textOf(each, 'a parameter')]),
    ),
    crit: crit === undefined ? [] : texts(crit, 'crit'),
    delegate: delegate === undefined ? undefined : schemeOf(delegate, 'none'),
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new NoDeclaration('it is no JSON')
  }
}

/** As a map: names such as `__proto__` mean nothing there. */
function objectOf(value: unknown, what: string): ReadonlyMap<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new NoDeclaration(`${what} must be an object`)
  }
  return new Map(Object.entries(value))
}

function listOf(value: unknown, what: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new NoDeclaration(`${what} must be an array`)
  return value
}

function texts(value: unknown, what: string): readonly string[] {
  return listOf(value, what).map((each) => textOf(each, what))
}

function textOf(value: unknown, what: string): string {
  if (typeof value !== 'string') throw new NoDeclaration(`${what} must be a string`)
  if (value.length > MAX_VALUE || /[\p{Cc}]/u.test(value)) {
    throw new NoDeclaration(`${what} is too long, or has control characters`)
  }
  return value
}
