import { type Response, asCaller, type Catalog, namespacePath, tablePath } from './catalog-client.ts'
import { type Credential, inShort, onlyCredential } from './credential.ts'
import { demand, notApplicable } from '../lib/outcome.ts'
import { createBody, creationBody, delegation, locationIn } from './table-requests.ts'

/** A table that is being created, with its credential. */
export interface Staged {
  readonly name: string
  readonly response: Response
  readonly location: string
  readonly credential: Credential
  readonly token: string
}

export interface FixtureOptions {
  readonly catalog: Catalog
  /** Caller that creates the namespace, whose owner keeps all rights on it. Default: the first caller. */
  readonly maker?: Catalog
  /** The same warehouse with another caller that has the same rights. */
  readonly second: Catalog | undefined
  /** Another warehouse of the same server. */
  readonly otherWarehouse: Catalog | undefined
  /** Whether the server requires authentication. */
  readonly authenticates: boolean
  /** Lifetime of a token with a sliding expiry, if it is known to be short. */
  readonly tokenLifeSeconds: number | undefined
  /** Revokes the right of the first caller to create tables, and grants it again. */
  readonly revocation: { revoke(): Promise<void>; restore(): Promise<void> } | undefined
}

/** Values that the checks share: the server, a new namespace, and results of earlier checks. */
export class Fixture {
  readonly catalog: Catalog
  readonly options: FixtureOptions
  readonly namespace: readonly string[] = [`refresh_suite_${Date.now().toString(36)}`]
  /** Whether a token can be used only once; undefined until a check has tested it. */
  tokensAreOneTime: boolean | undefined
  /** Message of a refused token, without names. */
  refusal: string | undefined
  #made = 0

  constructor(options: FixtureOptions) {
    this.options = options
    this.catalog = options.catalog
  }

  /** Returns the same warehouse for a caller without authentication. */
  get stranger(): Catalog {
    return asCaller(this.catalog, {})
  }

  newName(): string {
    this.#made += 1
    return `t${this.#made}`
  }

  path(table: string, catalog: Catalog = this.catalog): string {
    return tablePath(catalog, this.namespace, table)
  }

  get tables(): string {
    return `${namespacePath(this.catalog, this.namespace)}/tables`
  }

  /** Stages a table. The check is not applicable when the response contains no token. */
  async stage(name: string = this.newName(), catalog: Catalog = this.catalog): Promise<Staged> {
    const path = `${namespacePath(catalog, this.namespace)}/tables`
    const body = createBody(name, { 'stage-create': true })
    const response = await catalog.send('POST', path, { body, headers: delegation })
    const credential = onlyCredential(response, 'stage-create')
    if (credential.token === undefined) notApplicable('this server issues no storage-refresh-token')
    return { name, response, location: locationIn(response), credential, token: credential.token }
  }

  async commit({ name, response }: Pick<Staged, 'name' | 'response'>): Promise<void> {
    const committed = await this.catalog.send('POST', this.path(name), { body: creationBody(response) })
    demand(committed.status === 200, `commit of a staged table: ${inShort(committed)}`)
  }

  async create(
    name: string = this.newName(),
  ): Promise<{ readonly name: string; readonly response: Response }> {
    const response = await this.catalog.send('POST', this.tables, {
      body: createBody(name),
      headers: delegation,
    })
    demand(response.status === 200, `create: ${inShort(response)}`)
    return { name, response }
  }

  async drop(name: string): Promise<void> {
    const response = await this.catalog.send('DELETE', `${this.path(name)}?purgeRequested=true`)
    demand(response.status === 204 || response.status === 200, `drop: ${inShort(response)}`)
  }

  /** Requests new credentials with a token. */
  renew(name: string, token: string, catalog: Catalog = this.catalog): Promise<Response> {
    return catalog.send(
      'GET',
      `${this.path(name, catalog)}/credentials?storageRefreshToken=${encodeURIComponent(token)}`,
    )
  }

  /** Requests new credentials with a token, which must succeed. */
  async renewed(
    { name, credential }: Pick<Staged, 'name' | 'credential'>,
    token: string,
    what = 'refresh',
  ): Promise<Credential & { readonly token: string }> {
    const fresh = onlyCredential(await this.renew(name, token), what)
    demand(
      fresh.prefix === credential.prefix,
      `${what}: prefix ${fresh.prefix} is not that of the token, ${credential.prefix}`,
    )
    demand(fresh.token !== undefined, `${what}: the new credential has no storage-refresh-token`)
    return { ...fresh, token: fresh.token }
  }

  /** Drops the remaining objects and the namespace. Returns objects that could not be removed. */
  async cleanUp(): Promise<string[]> {
    const left: string[] = []
    const listed = await this.catalog.send('GET', this.tables)
    const identifiers = (listed.json as { identifiers?: { name?: string }[] } | undefined)?.identifiers ?? []
    for (const { name } of identifiers) {
      if (name === undefined) continue
      const dropped = await this.catalog.send('DELETE', `${this.path(name)}?purgeRequested=true`)
      if (dropped.status >= 300) left.push(`table ${name}: ${inShort(dropped)}`)
    }
    for (const catalog of [this.catalog, this.options.otherWarehouse]) {
      if (catalog === undefined) continue
      const gone = await catalog.send('DELETE', namespacePath(catalog, this.namespace))
      if (gone.status >= 300 && gone.status !== 404) left.push(`namespace: ${inShort(gone)}`)
    }
    return left
  }
}
