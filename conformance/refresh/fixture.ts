import { type Response, asCaller, type Catalog, namespacePath, tablePath } from './catalog-client.ts'
import { type Credential, inShort, onlyCredential } from './credential.ts'
import { demand, notApplicable } from '../lib/outcome.ts'
import { createBody, creationBody, delegation, locationIn } from './table-requests.ts'

/** Staged table, which is not committed yet, and its storage credential. */
export interface Staged {
  readonly name: string
  readonly response: Response
  readonly location: string
  readonly credential: Credential
  readonly token: string
}

export interface FixtureOptions {
  readonly catalog: Catalog
  /** Client of the caller that creates the namespace, and that therefore owns it. Default: `catalog`. */
  readonly maker?: Catalog
  /** Client of a second caller with the same rights on the same warehouse, if the suite has one. */
  readonly second: Catalog | undefined
  /** Client of another warehouse of the same server, if the suite has one. */
  readonly otherWarehouse: Catalog | undefined
  /** Whether the server requires authentication. */
  readonly authenticates: boolean
  /** Lifetime of storage refresh tokens in s, if it is known to be short. Each refresh extends it. */
  readonly tokenLifeSeconds: number | undefined
  /** Functions that revoke the right of the first caller to create tables, and grant it again. */
  readonly revocation: { revoke(): Promise<void>; restore(): Promise<void> } | undefined
}

/** Values that all checks share: the catalog client, a new namespace, and results of earlier checks. */
export class Fixture {
  readonly catalog: Catalog
  readonly options: FixtureOptions
  readonly namespace: readonly string[] = [`refresh_suite_${Date.now().toString(36)}`]
  /** Whether a storage refresh token can be used only once. Undefined until a check has found out. */
  tokensAreOneTime: boolean | undefined
  /** Message of the first error that refused a token, without names. All other refusals must have the same message. */
  refusal: string | undefined
  #made = 0

  constructor(options: FixtureOptions) {
    this.options = options
    this.catalog = options.catalog
  }

  /** Returns a client of the same warehouse that sends requests without authentication. */
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

  /** Stages a table. If the response contains no storage refresh token, the check is not applicable. */
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

  /** Sends a storage refresh token to the credentials endpoint of a table, and returns the response. */
  renew(name: string, token: string, catalog: Catalog = this.catalog): Promise<Response> {
    return catalog.send(
      'GET',
      `${this.path(name, catalog)}/credentials?storageRefreshToken=${encodeURIComponent(token)}`,
    )
  }

  /** Requests new storage credentials with a storage refresh token. The check fails if the server refuses the token. */
  async renewed(
    { name, credential }: Pick<Staged, 'name' | 'credential'>,
    token: string,
    what = 'refresh',
  ): Promise<Credential & { readonly token: string }> {
    const fresh = onlyCredential(await this.renew(name, token), what)
    demand(
      fresh.prefix === credential.prefix,
      `${what}: the new credential has the prefix ${fresh.prefix} instead of ${credential.prefix}`,
    )
    demand(fresh.token !== undefined, `${what}: the new credential has no storage-refresh-token`)
    return { ...fresh, token: fresh.token }
  }

  /**
   * Drops the namespace and the objects that the checks created in it. Returns the names of objects that could not be
   * dropped.
   */
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
