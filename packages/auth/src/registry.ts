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

/** Options of {@link AuthRegistry}. */
export interface RegistryOptions {
  /** Loads the package that `rest.auth.package` names. Default: `import`, from the current folder on Node. */
  readonly importPackage?: (name: string) => Promise<unknown>
}

/** Options of {@link AuthRegistry.create}. */
export interface CreateOptions extends WaitOptions {
  /** Address of the catalog. */
  readonly uri?: string
  /** Provider of the parent session. If this session belongs to a user, the parent session belongs to the service. */
  readonly parent?: AuthProvider
  /** Sends the requests to issuers. Default: the global `fetch`. */
  readonly fetch?: Fetch
  /** Returns the current time in epoch ms. Default: `Date.now`. */
  readonly now?: () => number
  /** Environment variables by name. Default: the variables of the process, or no variables in browsers. */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** Functions that ask a person to log in. Default: logins of people are refused. */
  readonly prompts?: Prompts
  /** Receives warnings about configuration that works but should be changed. Default: warnings are dropped. */
  readonly warn?: (message: string) => void
  /** Whether the providers check their credentials before `create` returns. Default: true. */
  readonly initialize?: boolean
  /** Time limit for the initialization of the providers, in ms. Default: 60,000. */
  readonly initializeTimeoutMs?: number
}

/**
 * Authentication type `discover`: the registry reads the authentication that the catalog declares, and selects the
 * provider. No provider can register this name.
 */
const DISCOVER = 'discover'

/** Maximum number of levels of providers that wrap each other. */
const MAX_DEPTH = 4

/**
 * Creates providers by name: the providers of this package, and registered providers.
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
  readonly #registered = new Map<string, ProviderSource>()
  readonly #importPackage: (name: string) => Promise<unknown>

  constructor(options: RegistryOptions = {}) {
    this.#importPackage = options.importPackage ?? importFromCurrentFolder
  }

  /**
   * Registers a provider under a name, which configurations select with `rest.auth.type`.
   *
   * @throws {AuthError} configuration, when the name is in use or cannot be part of a property
   */
  register(name: string, source: ProviderSource): void {
    if (!/^[a-z][a-z0-9-]{0,62}$/.test(name)) {
      const form = 'lower-case letters, digits and dashes, beginning with a letter'
      throw new AuthError('configuration', `Invalid provider name ${JSON.stringify(name)}: use ${form}`)
    }
    if (this.names.includes(name) || typeAliases.has(name) || name === DISCOVER) {
      throw new AuthError(
        'configuration',
        `A provider with the name ${name} exists already: choose another name`,
      )
    }
    this.#registered.set(name, source)
  }

  /** The names of all providers, sorted. */
  get names(): readonly string[] {
    return [...Object.keys(builtIns), ...this.#registered.keys()].toSorted()
  }

  /**
   * Creates the provider that a property map selects, and initializes it.
   *
   * @throws {AuthError} with the property to change. All providers that were created are closed.
   */
  async create(properties: Properties, options: CreateOptions = {}): Promise<ReadyProvider> {
    const read = new AuthProperties(await this.#resolveProperties(properties, options))
    if (read.package !== undefined) await this.#registerPackage(read.package)
    const all: AuthProvider[] = []
    try {
      const outer = await this.#open(read.type, read, options, all, [])
      read.refuseUnused(this.names)
      refuseConfiguredHeaders(read, all)
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

  /**
   * Returns the properties, or for the type `discover` the properties that the declaration of the catalog
   * selects.
   */
  async #resolveProperties(properties: Properties, options: CreateOptions): Promise<Properties> {
    if (new AuthProperties(properties).type !== DISCOVER) return properties
    const { discoverProperties } = await import('./discovery/discover.ts')
    return await discoverProperties(properties, {
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
    outerTypes: readonly string[],
  ): Promise<AuthProvider> {
    const source = await this.#find(type, read)
    if (outerTypes.includes(type) || outerTypes.length >= MAX_DEPTH) {
      const nesting = [...outerTypes, type].join(' over ')
      const limit = `a provider cannot wrap itself, and at most ${MAX_DEPTH} can wrap each other`
      throw new AuthError('configuration', `Invalid nesting of providers, ${nesting}: ${limit}`, {
        property: `rest.auth.${outerTypes.at(-1) ?? type}`,
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
      create: (inner) =>
        this.#open(typeAliases.get(inner) ?? inner, read, options, all, [...outerTypes, type]),
    }
    const taken = read.take(type)
    const provider =
      typeof source === 'function'
        ? await source(Object.fromEntries([...taken].map(([name, { value }]) => [name, value])), context)
        : await source.open(taken, context)
    all.push(provider)
    return provider
  }

  async #find(type: string, read: AuthProperties): Promise<ProviderSource> {
    const registered = this.#registered.get(type)
    if (registered !== undefined) return registered
    const load = Object.hasOwn(builtIns, type) ? builtIns[type] : undefined
    if (load !== undefined) return await load()
    const near = nearest(type, this.names)
    const hint = near === undefined ? `Use one of ${this.names.join(', ')}.` : `Did you mean ${near}?`
    const from = read.typeFrom === 'explicit' ? 'rest.auth.type' : 'The properties'
    throw new AuthError(
      'configuration',
      `${from}: unknown provider ${JSON.stringify(type)}. ${hint} A provider of another package needs rest.auth.package.`,
      { property: 'rest.auth.type' },
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
    for (const [type, source] of readAuthProviders(loaded, name)) {
      if (this.#registered.get(type) !== source) this.register(type, source)
    }
  }
}

/** Reads the export `authProviders` of a package: providers by name. */
function readAuthProviders(loaded: unknown, name: string): [string, ProviderSource][] {
  const table =
    typeof loaded === 'object' && loaded !== null && 'authProviders' in loaded
      ? loaded.authProviders
      : undefined
  const entries = typeof table === 'object' && table !== null ? Object.entries(table) : []
  if (entries.length > 0 && entries.every(isEntry)) return entries
  const fix = 'it must export authProviders, an object with provider definitions or factories by name'
  throw new AuthError('configuration', `rest.auth.package: ${name} has no providers; ${fix}`, {
    property: 'rest.auth.package',
  })
}

function isEntry(entry: [string, unknown]): entry is [string, ProviderSource] {
  const [, source] = entry
  if (typeof source === 'function') return true
  return typeof source === 'object' && source !== null && 'open' in source && 'keys' in source
}

/** Refuses a configured header that a provider also sets, because one of its two values would be lost. */
function refuseConfiguredHeaders(read: AuthProperties, all: readonly AuthProvider[]): void {
  for (const header of all.flatMap((provider) => provider.setsHeaders ?? ['authorization'])) {
    const property = read.headers.get(header)
    if (property === undefined) continue
    const clash = `${property} and rest.auth.type=${read.type} both set the same header`
    throw new AuthError('configuration', `${clash}: remove ${property}, or set rest.auth.type=none`, {
      property,
    })
  }
}

async function importFromCurrentFolder(name: string): Promise<unknown> {
  if (globalThis.process?.versions?.node === undefined) return await import(name)
  return await (await import('./node/import-package.ts')).importPackage(name)
}
