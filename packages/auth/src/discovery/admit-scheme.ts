import type { Allowance } from './allowance.ts'
import type { Declaration, Scheme } from './declaration.ts'
import { parametersOf, whenMissing } from './declarable.ts'

/** What a client makes of a declared scheme: the parameters to take, or why it is dropped. */
export type Admitted =
  | { readonly ok: true; readonly parameters: ReadonlyMap<string, string> }
  | { readonly ok: false; readonly why: string }

export interface AdmitOptions {
  readonly uri: URL
  readonly declaration: Declaration
  readonly allowance: Allowance
  /** Names of the properties that are configured below `rest.auth.<type>.`: a declaration changes none of them. */
  readonly configured: (type: string) => ReadonlySet<string>
  /** Names of all properties that a type has; those with a `*` stand for all that begin so. */
  readonly known: (type: string) => readonly string[]
}

/** Whether a scheme may be used, without its delegate, and what of it (`spec/rest-auth-extension.md`, Client). */
export function admitScheme(scheme: Scheme, options: AdmitOptions): Admitted {
  const { type } = scheme
  const names = parametersOf(type)
  if (names === undefined) return dropped(`the type ${shown(type)} may not be declared, or is not known here`)
  if (!options.allowance.types.includes(type)) {
    return dropped(`${type} is not allowed: add it to rest.auth.discover.allowed`)
  }
  const unknown = scheme.crit.find((name) => !names.includes(name))
  if (unknown !== undefined) return dropped(`it needs ${shown(unknown)}, which is not known here`)
  const source = [...scheme.parameters.keys()].find((name) => isSource(name, names, options.known(type)))
  if (source !== undefined) {
    return dropped(`it has ${shown(source)}, which says where credentials come from or go`)
  }
  const configured = options.configured(type)
  const taken = new Map<string, string>()
  for (const name of names) {
    if (configured.has(name)) continue
    const value = scheme.parameters.get(name) ?? impliedBy(type, name, options)
    const missing = value === undefined ? meantBy(scheme, name) : undefined
    const why = refusalOf(type, name, value ?? missing, options)
    if (why !== undefined) return dropped(why)
    if (value !== undefined) taken.set(name, value)
  }
  return { ok: true, parameters: taken }
}

/** What a scheme means that says nothing of a parameter. */
function meantBy({ type, parameters }: Scheme, name: string): string | undefined {
  // What VPC Lattice takes: it cannot verify bodies.
  const lattice = name === 'payload' && parameters.get('service') === 'vpc-lattice-svcs'
  return lattice ? 'unsigned' : whenMissing[type]?.[name]
}

/** What the rest of the document says when the scheme says nothing. */
function impliedBy(
  type: string,
  name: string,
  { declaration, configured }: AdmitOptions,
): string | undefined {
  if (type !== 'oauth2') return undefined
  if (name === 'dpop.enabled' && declaration.dpopRequired) return 'true'
  const [issuer, ...more] = declaration.issuers
  const needed = name === 'issuer-url' && !configured(type).has('token-endpoint')
  return needed && more.length === 0 ? issuer : undefined
}

const words: Readonly<Record<string, readonly string[]>> = {
  payload: ['signed', 'unsigned'],
  'path-encoding': ['once', 'twice'],
  form: ['header', 'query'],
  'dpop.enabled': ['true', 'false'],
}

function refusalOf(
  type: string,
  name: string,
  value: string | undefined,
  { uri, declaration, allowance }: AdmitOptions,
): string | undefined {
  if (value === undefined) return undefined
  const known = words[name]
  if (known !== undefined) {
    if (!known.includes(value)) return `${name} is ${shown(value)}, which is not one of ${known.join(', ')}`
    const open = value === 'unsigned' && uri.protocol === 'http:'
    return open ? 'it wants bodies unsigned over plain http' : undefined
  }
  if (name === 'header' && value.toLowerCase() === 'x-api-key') return undefined
  if (name === 'issuer-url' && !declaration.issuers.includes(value)) {
    return `its issuer ${shown(value)} is not among authorization_servers`
  }
  if (allowance.has(type, name, value)) return undefined
  const property = `rest.auth.discover.allowed.${type}.${name}`
  return `${name} is ${shown(value)}, which is not allowed: if it is right, set ${property}`
}

function isSource(name: string, declarable: readonly string[], known: readonly string[]): boolean {
  if (declarable.includes(name)) return false
  return known.some((each) => (each.endsWith('*') ? name.startsWith(each.slice(0, -1)) : each === name))
}

function dropped(why: string): Admitted {
  return { ok: false, why }
}

/** What a server said, as it may stand in a message. */
export function shown(text: string): string {
  return JSON.stringify(text.length > 100 ? `${text.slice(0, 100)}…` : text)
}
