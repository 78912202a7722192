import { randomUUID } from 'node:crypto'
import type { Issuer } from '../lib/issuer.ts'
import { decodeClaims } from '../lib/jwt.ts'
import { type Response, readMember, sender } from '../refresh/catalog-client.ts'
import { demand } from '../lib/outcome.ts'
import { notChecked } from './check.ts'
import type { Lab, LabClient } from './lab.ts'
import {
  bearer,
  type Form,
  grantTypes,
  type Headers,
  requestToken,
  type TokenResponse,
} from './token-endpoint.ts'
import type { Trap } from './trap.ts'

export interface ExistingClient {
  readonly id: string
  readonly secret: string
}

export interface FixtureOptions {
  readonly uri: string
  readonly tokenUri: string
  readonly warehouse: string | undefined
  readonly scope: string
  /** Existing client that may use the warehouse, or undefined if the caller of the suite named none. */
  readonly client: ExistingClient | undefined
  /** Existing engine that may act for the user `user`, or undefined. */
  readonly engine: (ExistingClient & { readonly user: string }) | undefined
  /** Whether the suite may guess secrets. The server may then block this machine for some time. */
  readonly mayGuess: boolean
  /** Server that this run started, which the suite may configure. Undefined if the suite checks an existing server. */
  readonly lab: Lab | undefined
  readonly trap: Trap | undefined
}

/**
 * Server under test, with the clients and tables that checks need. If something is missing, the method that returns it
 * skips the check and states the reason.
 */
export class Fixture {
  readonly options: FixtureOptions
  #made = 0

  constructor(options: FixtureOptions) {
    this.options = options
  }

  get uri(): string {
    return this.options.uri
  }

  lab(): Lab {
    return this.options.lab ?? notChecked('a server of this run, on which clients and rights can be made')
  }

  trap(): Trap {
    return this.options.trap ?? notChecked('a server of this run')
  }

  client(): ExistingClient {
    return this.options.client ?? notChecked('--credential ID:SECRET of a client')
  }

  engine(): ExistingClient & { readonly user: string } {
    return (
      this.options.engine ??
      notChecked('--engine ID:SECRET and --user NAME of a user for whom the engine may act')
    )
  }

  issuer(): Issuer {
    if (this.options.lab === undefined) notChecked('a server of this run that trusts an issuer of this run')
    return (
      this.options.lab.issuer ??
      notChecked('a server that takes tokens of configured issuers (HEADGATE_ISSUERS)')
    )
  }

  otherIssuer(): Issuer {
    this.issuer()
    return this.lab().otherIssuer ?? notChecked('a second configured issuer')
  }

  /** Returns a name that no object has. */
  name(): string {
    return `c-${(this.#made += 1)}-${randomUUID().slice(0, 8)}`
  }

  token(form: Form | string, headers?: Headers, from?: string): Promise<TokenResponse> {
    return requestToken(this.options.tokenUri, form, { ...(headers ? { headers } : {}), from })
  }

  exchange(form: Form, headers: Headers): Promise<TokenResponse> {
    return this.token({ grant_type: grantTypes.exchange, ...form }, headers)
  }

  /** Requests a token with the id and secret of a client, which acts for itself. */
  async own({ id, secret }: ExistingClient): Promise<string> {
    const form = {
      grant_type: grantTypes.clientCredentials,
      client_id: id,
      client_secret: secret,
      scope: this.options.scope,
    }
    return granted(await this.token(form), `client_credentials of ${id}`)
  }

  /** Requests the configuration of the catalog (`GET /v1/config`) with the given headers. */
  config(headers: Headers): Promise<Response> {
    const { uri, warehouse } = this.options
    const query = warehouse === undefined ? '' : `?warehouse=${encodeURIComponent(warehouse)}`
    return sender(uri, headers)('GET', `v1/config${query}`)
  }

  /** Checks that the catalog refuses a bearer token with status 401. */
  async refuses(token: string, what: string): Promise<void> {
    const { status } = await this.config(bearer(token))
    demand(status === 401, `${what}: expected 401, got ${status}`)
  }

  /** Creates an engine that may act for all principals of this server, unless `entry` limits it. */
  async registered(entry: Readonly<Record<string, unknown>> = {}): Promise<LabClient> {
    return this.lab().engine(this.name(), {
      subjects: [{ issuer: 'headgate', pattern: '*' }],
      namesIssuer: 'headgate',
      ...entry,
    })
  }

  async json(path: string): Promise<{ readonly status: number; readonly value: unknown }> {
    const { status, json } = await sender(this.uri, {})('GET', path)
    return { status, value: json }
  }
}

/** Returns the token in a token response. Throws if the response contains none. */
export function granted(response: TokenResponse, what: string): string {
  demand(
    response.status === 200 && response.token !== null,
    `${what}: expected a token, got ${response.status} ${response.error}`,
  )
  return response.token
}

/**
 * Checks that a token response is a refusal in the form of RFC 6749 section 5.2, with one of the given errors and an
 * `error_description`.
 */
export function refused(response: TokenResponse, what: string, ...errors: readonly string[]): void {
  demand(
    response.status >= 400 && response.status < 500,
    `${what}: expected a refusal, got ${response.status}`,
  )
  const error = response.json['error']
  demand(typeof error === 'string', `${what}: the response contains no error: ${response.text.slice(0, 200)}`)
  demand(
    errors.length === 0 || errors.includes(error),
    `${what}: expected ${errors.join(' or ')}, got ${response.error}`,
  )
  const description = response.json['error_description']
  demand(typeof description === 'string' && description !== '', `${what}: no error_description`)
}

/** Returns the `sub` of the outermost `act` claim of a token. */
export function readActor(token: string): unknown {
  return readMember(decodeClaims(token), 'act', 'sub')
}

export function toCredential({ name, secret }: LabClient): ExistingClient {
  return { id: name, secret }
}
