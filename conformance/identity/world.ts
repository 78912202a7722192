import { randomUUID } from 'node:crypto'
import type { Issuer } from '../lib/issuer.ts'
import { claimsOf } from '../lib/jwt.ts'
import { type Answer, memberOf, sender } from '../refresh/catalog-client.ts'
import { demand } from '../lib/outcome.ts'
import { notChecked } from './check.ts'
import type { Lab, LabClient } from './lab.ts'
import {
  bearer,
  type Form,
  grantTypes,
  type Headers,
  requestToken,
  type TokenAnswer,
} from './token-endpoint.ts'
import type { Trap } from './trap.ts'

export interface GivenClient {
  readonly id: string
  readonly secret: string
}

export interface WorldOptions {
  readonly uri: string
  readonly tokenUri: string
  readonly warehouse: string | undefined
  readonly scope: string
  /** A client that may use the warehouse. */
  readonly client: GivenClient | undefined
  /** An engine that may state this user. */
  readonly engine: (GivenClient & { readonly user: string }) | undefined
  /** Its guesses may have this machine turned away for a while. */
  readonly mayGuess: boolean
  /** A server of this run, in which everything can be set up. */
  readonly lab: Lab | undefined
  readonly trap: Trap | undefined
}

/** What checks are made with. Whatever is missing is asked for here, so that the reason is the same everywhere. */
export class World {
  readonly options: WorldOptions
  #made = 0

  constructor(options: WorldOptions) {
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

  client(): GivenClient {
    return this.options.client ?? notChecked('--credential ID:SECRET of a client')
  }

  engine(): GivenClient & { readonly user: string } {
    return this.options.engine ?? notChecked('--engine ID:SECRET and --user NAME, whom it may state')
  }

  issuer(): Issuer {
    if (this.options.lab === undefined)
      notChecked('a server of this run, which is told to trust an issuer of this run')
    return (
      this.options.lab.issuer ??
      notChecked('a server that takes tokens of configured issuers (HEADGATE_ISSUERS)')
    )
  }

  otherIssuer(): Issuer {
    this.issuer()
    return this.lab().otherIssuer ?? notChecked('a second configured issuer')
  }

  /** A name that was not used before. */
  name(): string {
    return `c-${(this.#made += 1)}-${randomUUID().slice(0, 8)}`
  }

  token(form: Form | string, headers?: Headers, from?: string): Promise<TokenAnswer> {
    return requestToken(this.options.tokenUri, form, { ...(headers ? { headers } : {}), from })
  }

  exchange(form: Form, headers: Headers): Promise<TokenAnswer> {
    return this.token({ grant_type: grantTypes.exchange, ...form }, headers)
  }

  /** A token of the client by its secret. */
  async own({ id, secret }: GivenClient): Promise<string> {
    const form = {
      grant_type: grantTypes.clientCredentials,
      client_id: id,
      client_secret: secret,
      scope: this.options.scope,
    }
    return granted(await this.token(form), `client_credentials of ${id}`)
  }

  /** Asks the catalog for its configuration, with these headers. */
  config(headers: Headers): Promise<Answer> {
    const { uri, warehouse } = this.options
    const query = warehouse === undefined ? '' : `?warehouse=${encodeURIComponent(warehouse)}`
    return sender(uri, headers)('GET', `v1/config${query}`)
  }

  /** The token is refused as a bearer, and nothing else is wrong. */
  async refuses(token: string, what: string): Promise<void> {
    const { status } = await this.config(bearer(token))
    demand(status === 401, `${what}: expected 401, got ${status}`)
  }

  /** An engine of the lab that may state and show everybody of ours, unless told otherwise. */
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

/** The token of an answer that must have one. */
export function granted(answer: TokenAnswer, what: string): string {
  demand(
    answer.status === 200 && answer.token !== null,
    `${what}: expected a token, got ${answer.status} ${answer.error}`,
  )
  return answer.token
}

/** A refusal in the form of RFC 6749 section 5.2, with one of these errors, that says why and holds no secret. */
export function refused(answer: TokenAnswer, what: string, ...errors: readonly string[]): void {
  demand(answer.status >= 400 && answer.status < 500, `${what}: expected a refusal, got ${answer.status}`)
  const error = answer.json['error']
  demand(typeof error === 'string', `${what}: the answer has no error: ${answer.text.slice(0, 200)}`)
  demand(
    errors.length === 0 || errors.includes(error),
    `${what}: expected ${errors.join(' or ')}, got ${answer.error}`,
  )
  const description = answer.json['error_description']
  demand(typeof description === 'string' && description !== '', `${what}: no error_description`)
}

/** `sub` of who acts, outermost. */
export function actorOf(token: string): unknown {
  return memberOf(claimsOf(token), 'act', 'sub')
}

export function credentialOf({ name, secret }: LabClient): GivenClient {
  return { id: name, secret }
}
