import { type Fetch, type WaitOptions, timeLimit } from '@headgate/http'
import type { AuthProvider, ReadyProvider } from './auth-provider.ts'
import { AuthError } from './auth-error.ts'
import { builtIns } from './built-ins.ts'
import { AuthProperties, type Properties } from './properties/auth-properties.ts'
import { typeAliases } from './properties/aliases.ts'
import { nearest } from './properties/read-properties.ts'
import type { Prompts } from './prompts.ts'
import {
  closeProvider,
  readyProvider,
  type ProviderContext,
  type ProviderSource,
} from './provider-definition.ts'

export interface RegistryOptions {
  /** Loads the package that `rest.auth.package` names. Default: `import`, from the current folder on Node. */
  readonly importPackage?: (name: string) => Promise<unknown>
}

export interface CreateOptions extends WaitOptions {
  /** The catalog's own address. */
  readonly uri?: string
  /** The session that the new one belongs to. */
  readonly parent?: AuthProvider
  /** How issuers are reached. Default: `fetch`. */
  readonly fetch?: Fetch
  readonly now?: () => number
  /** Environment variables by name. Default: those of the process, where there is one. */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** How people are reached who must log in. Default: nobody is asked. */
  readonly prompts?: Prompts
  /** Told about what works, but should be changed. Default: nobody. */
  readonly warn?: (message: string) => void
  /** Whether providers check themselves at once. Default true. */
  readonly initialize?: boolean
  /** Milliseconds that they may take for that. Default 60,000. */
  readonly initializeTimeoutMs?: number
}

/** The type under which the catalog's declaration chooses: no provider, and no name for one. */
const DISCOVER = 'discover'

/** Providers may wrap each other this deep. */
const MAX_DEPTH = 4

/**
 * Creates providers by name: those of this package, and registered ones.
 *
 * @example
 * ```ts
 * const registry = new AuthRegistry()
 * registry.register('acme', ({ key = '' }) => ({
 *   authenticate: async (request) => ({ ...request, headers: [...request.headers, ['x-acme', key]] }),
 * }))
 * await using provider = await registry.create({ 'rest.auth.type': 'acme', 'rest.auth.acme.key': 'secret' })
 * ```
 */
export class AuthRegistry {
  readonly #own = new Map<string, ProviderSource>()
  readonly #importPackage: (name: string) => Promise<unknown>

  constructor(options: RegistryOptions = {}) {
    this.#importPackage = options.importPackage ?? importFromHere
  }

  /** Adds a provider. @throws AuthError when the name is taken or cannot stand in a property. */
  register(name: string, source: ProviderSource): void {
    if (!/^[a-z][a-z0-9-]{0,62}$/.test(name)) {
      const form = 'lower-case letters, digits and dashes, beginning with a letter'
      throw new AuthError('configuration', `A provider cannot be called ${JSON.stringify(name)}: use ${form}`)
    }
    if (this.names.includes(name) || typeAliases.has(name) || name === DISCOVER) {
      throw new AuthError('configuration', `There is a provider called ${name} already: choose another name`)
    }
    this.#own.set(name, source)
  }

  /** The names of all providers, sorted. */
  get names(): readonly string[] {
    return [...Object.keys(builtIns), ...this.#own.keys()].toSorted()
  }

  /**
   * Makes the provider that a property map asks for, and checks it.
   *
   * @throws AuthError naming the property to change. Nothing is left open then.
   */
  async create(properties: Properties, options: CreateOptions = {}): Promise<ReadyProvider> {
    const read = new AuthProperties(await this.#discovered(properties, options))
    if (read.package !== undefined) await this.#registerPackage(read.package)
    const all: AuthProvider[] = []
    try {
      const outer = await this.#open(read.type, read, options, all, [])
      read.refuseOrphans(this.names)
      refuseHeaders(read, all)
      if (options.initialize !== false) {
        const signal = timeLimit(options.signal, options.initializeTimeoutMs ?? 60_000)
        for (const provider of all) await provider.initialize?.({ signal })
      }
      return readyProvider(outer, all)
    } catch (error) {
      await Promise.allSettled(all.toReversed().map(closeProvider))
      throw error
    }
  }

  /** The properties as they are, or those that the catalog's own declaration makes of them. */
  async #discovered(properties: Properties, options: CreateOptions): Promise<Properties> {
    if (new AuthProperties(properties).type !== DISCOVER) return properties
    const { discoveredProperties } = await import('./discovery/discover.ts')
    return await discoveredProperties(properties, {
      uri: options.uri,
      fetch: options.fetch ?? ((url, init) => fetch(url, init)),
      warn: options.warn ?? (() => {}),
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    })
  }

  async #open(
    type: string,
    read: AuthProperties,
    options: CreateOptions,
    all: AuthProvider[],
    within: readonly string[],
  ): Promise<AuthProvider> {
    const source = await this.#find(type, read)
    if (within.includes(type) || within.length >= MAX_DEPTH) {
      const way = [...within, type].join(' over ')
      throw new AuthError('configuration', `Providers may not wrap each other like this: ${way}`, {
        property: `rest.auth.${within.at(-1) ?? type}`,
      })
    }
    const context: ProviderContext = {
      type,
      uri: options.uri,
      fetch: options.fetch ?? ((url, init) => fetch(url, init)),
      now: options.now ?? Date.now,
      env: options.env ?? globalThis.process?.env ?? {},
      parent: options.parent,
      prompts: options.prompts,
      defaultDelegate: read.defaultDelegate,
      warn: options.warn ?? (() => {}),
      create: (inner) => this.#open(typeAliases.get(inner) ?? inner, read, options, all, [...within, type]),
    }
    const given = read.take(type)
    const provider =
      typeof source === 'function'
        ? await source(Object.fromEntries([...given].map(([name, { value }]) => [name, value])), context)
        : await source.open(given, context)
    all.push(provider)
    return provider
  }

  async #find(type: string, read: AuthProperties): Promise<ProviderSource> {
    const own = this.#own.get(type)
    if (own !== undefined) return own
    const load = Object.hasOwn(builtIns, type) ? builtIns[type] : undefined
    if (load !== undefined) return await load()
    const near = nearest(type, this.names)
    const known = near === undefined ? `take one of ${this.names.join(', ')}` : `write ${near}`
    const fix = 'or name the package that registers it in rest.auth.package'
    const from = read.typeFrom === 'given' ? 'rest.auth.type' : 'The properties'
    throw new AuthError(
      'configuration',
      `${from}: there is no provider ${JSON.stringify(type)}: ${known}, ${fix}`,
      {
        property: 'rest.auth.type',
      },
    )
  }

  async #registerPackage(name: string): Promise<void> {
    const property = 'rest.auth.package'
    const loaded = await this.#importPackage(name).catch((cause: unknown) => {
      throw new AuthError('not-installed', `${property}: ${name} could not be loaded. Is it installed?`, {
        property,
        cause,
      })
    })
    for (const [type, source] of providersOf(loaded, name)) {
      if (this.#own.get(type) !== source) this.register(type, source)
    }
  }
}

/** What a package exports as `authProviders`: sources by name. */
function providersOf(loaded: unknown, name: string): [string, ProviderSource][] {
  const table =
    typeof loaded === 'object' && loaded !== null && 'authProviders' in loaded
      ? loaded.authProviders
      : undefined
  const entries = typeof table === 'object' && table !== null ? Object.entries(table) : []
  if (entries.length > 0 && entries.every(isEntry)) return entries
  const fix = 'it must export authProviders, a table of provider definitions or factories by name'
  throw new AuthError('configuration', `rest.auth.package: ${name} has no providers; ${fix}`, {
    property: 'rest.auth.package',
  })
}

function isEntry(entry: [string, unknown]): entry is [string, ProviderSource] {
  const [, source] = entry
  if (typeof source === 'function') return true
  return typeof source === 'object' && source !== null && 'open' in source && 'keys' in source
}

/** A header that a provider sets may not be configured beside it: one of the two would be lost. */
function refuseHeaders(read: AuthProperties, all: readonly AuthProvider[]): void {
  for (const header of all.flatMap((provider) => provider.setsHeaders ?? ['authorization'])) {
    const property = read.headers.get(header)
    if (property === undefined) continue
    const clash = `${property} is set beside rest.auth.type=${read.type}, which sets this header itself`
    throw new AuthError('configuration', `${clash}: remove ${property}, or set rest.auth.type=none`, {
      property,
    })
  }
}

async function importFromHere(name: string): Promise<unknown> {
  if (globalThis.process?.versions?.node === undefined) return await import(name)
  return await (await import('./node/import-package.ts')).importPackage(name)
}
