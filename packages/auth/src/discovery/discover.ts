import type { Fetch, WaitOptions } from '@headgate/http'
import { AuthError } from '../auth-error.ts'
import { builtIns } from '../built-ins.ts'
import { AuthProperties, type Properties } from '../properties/auth-properties.ts'
import { byDefault, list, text } from '../properties/property-kinds.ts'
import { readProperties, type PropertyKeys } from '../properties/read-properties.ts'
import { quote } from './admit-scheme.ts'
import { createAllowance } from './allowance.ts'
import { chooseScheme } from './choose-scheme.ts'
import { DeclarationError, parseDeclaration, type Declaration } from './declaration.ts'
import { declarableTypes } from './declarable.ts'
import { findDocument, type FoundDocument } from './find-document.ts'
import { readTextFile } from '../needs-node.ts'

const DISCOVER = 'discover'
const PREFIX = 'rest.auth.discover.'

const keys = {
  allowed: text(
    `the authentication types that the catalog may select: ${declarableTypes.join(', ')}. Default: the types of its host, for known hosts of clouds`,
  ),
  'allowed.*': text(
    'the values that a parameter may have: allowed.sigv4.region, allowed.oauth2.issuer-url …',
  ),
  'document-file': text('a file with the document, for a catalog that does not serve it'),
  'document-hosts': list('other hosts that may serve the document. Default: only the host of the catalog'),
  'challenge-path': byDefault(
    text('the path below the catalog URI whose 401 response names the document. Default: v1/config'),
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
 * Returns the properties of a client with the type and the parameters that the catalog declares. The declaration can
 * only select a type that the client allows and has credentials for (`spec/rest-auth-extension.md`). The discovery
 * sends no credentials.
 *
 * @throws {AuthError} configuration, with the declared types, if the client can use none of them; unavailable; malformed
 */
export async function discoverProperties(
  properties: Properties,
  options: DiscoverOptions,
): Promise<Properties> {
  const own = new AuthProperties(properties)
  const settings = readProperties(keys, own.take(DISCOVER), PREFIX)
  const uri = parseCatalogUri(options.uri)
  const allowed = new Map(settings['allowed.*'])
  if (settings.allowed !== undefined) allowed.set('', settings.allowed)
  const allowance = createAllowance(uri, allowed, PREFIX)
  if (allowance.types.length === 0) {
    const property = `${PREFIX}allowed`
    throw new AuthError(
      'configuration',
      `Set ${property} to the authentication types that the catalog ${uri.host} may select`,
      {
        property,
      },
    )
  }
  const found = await loadDocument(settings, uri, options)
  const declaration = checkDocument(found, uri)
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
  for (const reason of choice.dropped) options.warn(`${found.from}: ${reason}`)
  if (choice.chosen === undefined) {
    throw noUsableScheme(declaration, [...choice.dropped, ...choice.lackingCredentials], uri)
  }
  const { types, added } = choice.chosen
  // Properties of allowed types that were not chosen are removed, because unused properties are refused as mistakes.
  const removed = new Set([
    ...own.listNames([DISCOVER, ...allowance.types], withReferencedTypes(types, own)),
    'rest.auth.type',
    'auth.type',
  ])
  const kept = Object.entries(properties).filter(([name]) => !removed.has(name))
  return { ...Object.fromEntries(kept), ...added, 'rest.auth.type': types[0] }
}

/**
 * Returns the passed authentication types, and the types that their properties reference, such as a delegate or the
 * source of a token.
 */
function withReferencedTypes(types: readonly string[], own: AuthProperties): readonly string[] {
  const all = [...types]
  // The loop also visits the types that it appends, and appends each type once.
  for (const type of all) {
    for (const [name, { value }] of own.take(type)) {
      if (/(^|-)auth-type$/.test(name) && !all.includes(value)) all.push(value)
    }
  }
  return all
}

function parseCatalogUri(text: string | undefined): URL {
  const uri = text !== undefined && URL.canParse(text) ? new URL(text) : undefined
  if (uri !== undefined && /^https?:$/.test(uri.protocol)) return uri
  const reason = 'needs the http or https address of the catalog'
  throw new AuthError('configuration', `rest.auth.type=${DISCOVER} ${reason}: set uri`, { property: 'uri' })
}

async function loadDocument(
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

/** Parses the document in which a catalog declares its authentication. Refuses the document of another catalog. */
function checkDocument({ text, from }: FoundDocument, uri: URL): Declaration {
  try {
    const declaration = parseDeclaration(text)
    if (!covers(declaration.resource, uri))
      throw new DeclarationError('the declaration document describes another catalog')
    return declaration
  } catch (cause) {
    if (!(cause instanceof DeclarationError)) throw cause
    throw new AuthError(
      'configuration',
      `${from} does not declare how to authenticate: ${cause.message}. Set rest.auth.type`,
      { property: 'rest.auth.type', cause },
    )
  }
}

/**
 * Returns whether the resource that a document describes is the catalog itself, or a URL that is a prefix of the
 * catalog URI.
 */
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

function noUsableScheme({ schemes }: Declaration, reasons: readonly string[], uri: URL): AuthError {
  const types = schemes.map(({ type }) => quote(type)).join(', ')
  return new AuthError(
    'configuration',
    `${uri.host} declares ${types}, but this client can use none of them. ${reasons.join('. ')}`,
    { property: `${PREFIX}allowed` },
  )
}
