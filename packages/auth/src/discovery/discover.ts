import type { Fetch, WaitOptions } from '@headgate/http'
import { AuthError } from '../auth-error.ts'
import { builtIns } from '../built-ins.ts'
import { AuthProperties, type Properties } from '../properties/auth-properties.ts'
import { byDefault, list, text } from '../properties/property-kinds.ts'
import { readProperties, type PropertyKeys } from '../properties/read-properties.ts'
import { shown } from './admit-scheme.ts'
import { allowanceOf } from './allowance.ts'
import { chooseScheme } from './choose-scheme.ts'
import { NoDeclaration, readDeclaration, type Declaration } from './declaration.ts'
import { declarableTypes } from './declarable.ts'
import { findDocument, type FoundDocument } from './find-document.ts'
import { readTextFile } from '../needs-node.ts'

const DISCOVER = 'discover'
const PREFIX = 'rest.auth.discover.'

const keys = {
  allowed: text(
    `the types that the catalog may choose from: ${declarableTypes.join(', ')}. Default: by its host, for the hosts of clouds`,
  ),
  'allowed.*': text(
    'the values that a parameter may have: allowed.sigv4.region, allowed.oauth2.issuer-url …',
  ),
  'document-file': text('a file with the document, for a catalog that serves none'),
  'document-hosts': list('other hosts that may serve the document. Default: that of the catalog alone'),
  'challenge-path': byDefault(
    text('below the catalog: what is asked for without credentials, for the challenge. Default: v1/config'),
    'v1/config',
  ),
} satisfies PropertyKeys

export interface DiscoverOptions extends WaitOptions {
  /** The catalog URI. */
  readonly uri: string | undefined
  readonly fetch: Fetch
  readonly warn: (message: string) => void
}

/**
 * The configuration that a catalog's declaration and the client's own properties come to: what the catalog declares
 * selects among what the client allows and has credentials for, and adds nothing to it
 * (`spec/rest-auth-extension.md`). No credential is sent to anybody.
 *
 * @throws AuthError when the catalog declares nothing that may be used. The message names what was declared.
 */
export async function discoveredProperties(
  properties: Properties,
  options: DiscoverOptions,
): Promise<Properties> {
  const own = new AuthProperties(properties)
  const settings = readProperties(keys, own.take(DISCOVER), PREFIX)
  const uri = catalogUri(options.uri)
  const given = new Map(settings['allowed.*'])
  if (settings.allowed !== undefined) given.set('', settings.allowed)
  const allowance = allowanceOf(uri, given, PREFIX)
  if (allowance.types.length === 0) {
    const property = `${PREFIX}allowed`
    throw new AuthError('configuration', `Set ${property}: what ${uri.host} may choose from`, { property })
  }
  const found = await documentOf(settings, uri, options)
  const declaration = declarationOf(found, uri)
  const known = new Map<string, readonly string[]>()
  for (const type of declarableTypes) known.set(type, Object.keys((await builtIns[type]?.())?.keys ?? {}))
  const configured = new Map(allowance.types.map((type) => [type, new Set(own.take(type).keys())]))
  const choice = chooseScheme({
    uri,
    declaration,
    allowance,
    configured: (type) => configured.get(type) ?? new Set(),
    known: (type) => known.get(type) ?? [],
  })
  for (const why of choice.dropped) options.warn(`${found.from}: ${why}`)
  if (choice.chosen === undefined) {
    throw nothingLeft(declaration, [...choice.dropped, ...choice.lacking], uri)
  }
  const { types, added } = choice.chosen
  // What is configured for types that were allowed, but not chosen, is no mistake.
  const gone = new Set([
    ...own.writtenFor([DISCOVER, ...allowance.types], withNamed(types, own)),
    'rest.auth.type',
    'auth.type',
  ])
  const kept = Object.entries(properties).filter(([name]) => !gone.has(name))
  return { ...Object.fromEntries(kept), ...added, 'rest.auth.type': types[0] }
}

/** These types, and those that their properties name: a delegate, whose token is exchanged, whose assumes a role. */
function withNamed(types: readonly string[], own: AuthProperties): readonly string[] {
  const all = [...types]
  // The list grows while it is gone through; a type is added once.
  for (const type of all) {
    for (const [name, { value }] of own.take(type)) {
      if (/(^|-)auth-type$/.test(name) && !all.includes(value)) all.push(value)
    }
  }
  return all
}

function catalogUri(given: string | undefined): URL {
  const uri = given !== undefined && URL.canParse(given) ? new URL(given) : undefined
  if (uri !== undefined && /^https?:$/.test(uri.protocol)) return uri
  const why = 'the catalog has to be known by its http or https address'
  throw new AuthError('configuration', `rest.auth.type=${DISCOVER}: ${why}: set uri`, { property: 'uri' })
}

async function documentOf(
  settings: {
    readonly 'document-file': string | undefined
    readonly 'document-hosts': readonly string[] | undefined
    readonly 'challenge-path': string
  },
  uri: URL,
  { fetch, signal }: DiscoverOptions,
): Promise<FoundDocument> {
  const wait: WaitOptions = signal === undefined ? {} : { signal }
  const file = settings['document-file']
  if (file !== undefined) {
    return { text: await readTextFile(file, `${PREFIX}document-file`, wait), from: file }
  }
  const hosts = settings['document-hosts'] ?? []
  return await findDocument({ uri, hosts, challengePath: settings['challenge-path'], fetch }, wait)
}

function declarationOf({ text, from }: FoundDocument, uri: URL): Declaration {
  try {
    const declaration = readDeclaration(text)
    if (!covers(declaration.resource, uri)) throw new NoDeclaration('it is about another resource')
    return declaration
  } catch (cause) {
    if (!(cause instanceof NoDeclaration)) throw cause
    throw new AuthError(
      'configuration',
      `${from} does not declare how to authenticate: ${cause.message}. Set rest.auth.type`,
      { property: 'rest.auth.type', cause },
    )
  }
}

/** Whether a resource is the catalog, or a prefix of its address that ends where a segment ends. */
function covers(resource: string, uri: URL): boolean {
  if (!URL.canParse(resource)) return false
  const url = new URL(resource)
  if (
    url.origin !== uri.origin ||
    url.username !== '' ||
    url.password !== '' ||
    url.search !== '' ||
    url.hash !== ''
  )
    return false
  const path = url.pathname.replace(/\/+$/, '')
  return uri.pathname === path || uri.pathname.startsWith(`${path}/`)
}

function nothingLeft({ schemes }: Declaration, reasons: readonly string[], uri: URL): AuthError {
  const types = schemes.map(({ type }) => shown(type)).join(', ')
  return new AuthError(
    'configuration',
    `${uri.host} declares ${types}, and none of it can be used here. ${reasons.join('. ')}`,
    { property: `${PREFIX}allowed` },
  )
}
