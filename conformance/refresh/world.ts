import { type Answer, asCaller, type Catalog, namespacePath, tablePath } from './catalog-client.ts'
import { type Credential, inShort, onlyCredential } from './credential.ts'
import { demand, notApplicable } from '../lib/outcome.ts'
import { createBody, creationBody, delegation, locationIn } from './table-requests.ts'

/** A table that is being created, with what came with it. */
export interface Staged {
  readonly name: string
  readonly answer: Answer
  readonly location: string
  readonly credential: Credential
  readonly token: string
}

export interface WorldOptions {
  readonly catalog: Catalog
  /** Who makes the namespace. Its maker would keep all rights on it, whatever else is taken away. Default: the first caller. */
  readonly maker?: Catalog
  /** The same warehouse, as somebody else with the same rights. */
  readonly second: Catalog | undefined
  /** Another warehouse of the same server. */
  readonly otherWarehouse: Catalog | undefined
  /** Whether the server wants to know who calls. */
  readonly authenticates: boolean
  /** How long a token that slides lives, where that is known to be short. */
  readonly tokenLifeSeconds: number | undefined
  /** Takes the right to create tables from the first caller, and gives it back. */
  readonly revocation: { revoke(): Promise<void>; restore(): Promise<void> } | undefined
}

/** What the checks share: the server, a namespace of their own, and what was found out so far. */
export class World {
  readonly catalog: Catalog
  readonly options: WorldOptions
  readonly namespace: readonly string[] = [`refresh_suite_${Date.now().toString(36)}`]
  /** Undefined until it was seen: whether a token can be used again. */
  tokensAreOneTime: boolean | undefined
  /** The text that a token gets that is refused, with names taken out. */
  refusal: string | undefined
  #made = 0

  constructor(options: WorldOptions) {
    this.options = options
    this.catalog = options.catalog
  }

  /** The same warehouse for a caller who does not say who they are. */
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

  /** Begins to create a table; the check is not applicable where no token comes with that. */
  async stage(name: string = this.newName(), catalog: Catalog = this.catalog): Promise<Staged> {
    const path = `${namespacePath(catalog, this.namespace)}/tables`
    const body = createBody(name, { 'stage-create': true })
    const answer = await catalog.send('POST', path, { body, headers: delegation })
    const credential = onlyCredential(answer, 'stage-create')
    if (credential.token === undefined) notApplicable('this server hands out no storage-refresh-token')
    return { name, answer, location: locationIn(answer), credential, token: credential.token }
  }

  async commit({ name, answer }: Pick<Staged, 'name' | 'answer'>): Promise<void> {
    const committed = await this.catalog.send('POST', this.path(name), { body: creationBody(answer) })
    demand(committed.status === 200, `commit of a staged table: ${inShort(committed)}`)
  }

  async create(name: string = this.newName()): Promise<{ readonly name: string; readonly answer: Answer }> {
    const answer = await this.catalog.send('POST', this.tables, {
      body: createBody(name),
      headers: delegation,
    })
    demand(answer.status === 200, `create: ${inShort(answer)}`)
    return { name, answer }
  }

  async drop(name: string): Promise<void> {
    const answer = await this.catalog.send('DELETE', `${this.path(name)}?purgeRequested=true`)
    demand(answer.status === 204 || answer.status === 200, `drop: ${inShort(answer)}`)
  }

  /** Asks for new credentials with a token. */
  renew(name: string, token: string, catalog: Catalog = this.catalog): Promise<Answer> {
    return catalog.send(
      'GET',
      `${this.path(name, catalog)}/credentials?storageRefreshToken=${encodeURIComponent(token)}`,
    )
  }

  /** The same where it must succeed. */
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

  /** Drops what is left, and the namespace. Says what could not be removed. */
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
