import type { Allowance } from './allowance.ts'
import type { Declaration, Scheme } from './declaration.ts'
import { defaultValues, findParameters } from './declarable.ts'

/**
 * Result of the check of an authentication scheme that a catalog declares: the parameters that the client accepts, or
 * the reason why it drops the scheme.
 */
export type Admission =
  | { readonly ok: true; readonly parameters: ReadonlyMap<string, string> }
  | { readonly ok: false; readonly reason: string }

export interface AdmitOptions {
  readonly uri: URL
  readonly declaration: Declaration
  readonly allowance: Allowance
  /**
   * Returns the names of the properties that are configured below `rest.auth.<type>.`. A declaration of the catalog
   * does not change them.
   */
  readonly configured: (type: string) => ReadonlySet<string>
  /**
   * Returns the names of all properties of an authentication type. A name that ends in `*` covers every name with
   * this prefix.
   */
  readonly known: (type: string) => readonly string[]
}

/**
 * Checks whether the client may use an authentication scheme that the catalog declares
 * (`spec/rest-auth-extension.md`, "What a client refuses"). Returns the accepted parameters of the scheme, or the
 * reason for the refusal. Does not check the delegate, which is a second scheme that authenticates requests before
 * they are signed.
 */
export function admitScheme(scheme: Scheme, options: AdmitOptions): Admission {
  const { type } = scheme
  const names = findParameters(type)
  if (names === undefined) return drop(`the type ${quote(type)} is unknown, or a catalog may not declare it`)
  if (!options.allowance.types.includes(type)) {
    return drop(`${type} is not allowed: to allow it, add it to rest.auth.discover.allowed`)
  }
  const unknown = scheme.crit.find((name) => !names.includes(name))
  if (unknown !== undefined) return drop(`its crit names ${quote(unknown)}, which this client does not know`)
  const source = [...scheme.parameters.keys()].find((name) =>
    isUndeclarable(name, names, options.known(type)),
  )
  if (source !== undefined) {
    return drop(
      `it contains ${quote(source)}, which decides where credentials come from or where they are sent`,
    )
  }
  const configured = options.configured(type)
  const accepted = new Map<string, string>()
  for (const name of names) {
    if (configured.has(name)) continue
    const value = scheme.parameters.get(name) ?? deriveFromDocument(type, name, options)
    const missing = value === undefined ? findDefault(scheme, name) : undefined
    const reason = findRefusal(type, name, value ?? missing, options)
    if (reason !== undefined) return drop(reason)
    if (value !== undefined) accepted.set(name, value)
  }
  return { ok: true, parameters: accepted }
}

/**
 * Returns the default value of a parameter that a declared scheme omits. Returns undefined if the parameter has no
 * default.
 */
function findDefault({ type, parameters }: Scheme, name: string): string | undefined {
  // VPC Lattice cannot verify signed bodies, so the default payload for this service is `unsigned`.
  const isLattice = name === 'payload' && parameters.get('service') === 'vpc-lattice-svcs'
  return isLattice ? 'unsigned' : defaultValues[type]?.[name]
}

/**
 * Returns the value of a parameter that a declared scheme omits, if another member of the catalog's document contains
 * this value, such as the issuer. Otherwise returns undefined.
 */
function deriveFromDocument(
  type: string,
  name: string,
  { declaration, configured }: AdmitOptions,
): string | undefined {
  if (type !== 'oauth2') return undefined
  if (name === 'dpop.enabled' && declaration.dpopRequired) return 'true'
  const [issuer, ...more] = declaration.issuers
  const needsIssuer = name === 'issuer-url' && !configured(type).has('token-endpoint')
  return needsIssuer && more.length === 0 ? issuer : undefined
}

const enumerations: Readonly<Record<string, readonly string[]>> = {
  payload: ['signed', 'unsigned'],
  'path-encoding': ['once', 'twice'],
  form: ['header', 'query'],
  'dpop.enabled': ['true', 'false'],
}

/**
 * Returns the reason why the client refuses the value of a parameter that a catalog declares. Returns undefined if
 * the client accepts the value.
 */
function findRefusal(
  type: string,
  name: string,
  value: string | undefined,
  { uri, declaration, allowance }: AdmitOptions,
): string | undefined {
  if (value === undefined) return undefined
  const values = enumerations[name]
  if (values !== undefined) {
    if (!values.includes(value)) return `${name} is ${quote(value)}, which is not one of ${values.join(', ')}`
    const isUnprotected = value === 'unsigned' && uri.protocol === 'http:'
    return isUnprotected ? 'it requires unsigned bodies over plain http' : undefined
  }
  if (name === 'header' && value.toLowerCase() === 'x-api-key') return undefined
  if (name === 'issuer-url' && !declaration.issuers.includes(value)) {
    return `its issuer ${quote(value)} is not in authorization_servers`
  }
  if (allowance.permits(type, name, value)) return undefined
  const property = `rest.auth.discover.allowed.${type}.${name}`
  return `${name} is ${quote(value)}, which is not allowed: to allow it, set ${property}`
}

/** Returns whether a catalog must not declare a property although the authentication type has this property. */
function isUndeclarable(name: string, declarable: readonly string[], known: readonly string[]): boolean {
  if (declarable.includes(name)) return false
  return known.some((each) => (each.endsWith('*') ? name.startsWith(each.slice(0, -1)) : each === name))
}

function drop(reason: string): Admission {
  return { ok: false, reason }
}

/** Truncates a text that a server sent, and quotes it for a message. */
export function quote(text: string): string {
  return JSON.stringify(text.length > 100 ? `${text.slice(0, 100)}…` : text)
}
