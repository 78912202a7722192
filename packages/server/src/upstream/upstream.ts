import type { ReadyProvider } from '@headgate/auth'
import { parseBytes, type Json } from '@headgate/json'
import { HeadgateError } from '@headgate/errors'
import { type Namespace, operation, type OperationId, type TableIdentifier } from '@headgate/iceberg/rest'
import { SingleFlight } from '../concurrency/single-flight.ts'
import type { UpstreamClient, UpstreamRequest } from './client.ts'
import type { UpstreamResponse } from './read-response.ts'
import type { Dialect } from './dialect.ts'
import { decodeRemoteConfig, offers, type RemoteConfig, type RemoteSettings } from './remote-config.ts'
import { encodeName, encodeNamespace } from './remote-names.ts'
import { responseError } from './response-error.ts'
import { unreadableOutcome } from './failures.ts'

/** Time in ms for which the configuration of the upstream is used. */
const configAgeMs = 300_000

/** Object of a request to the upstream. */
export interface UpstreamTarget {
  readonly namespace?: Namespace
  readonly identifier?: TableIdentifier
}

/** A call of an operation of the upstream. */
export interface UpstreamCall {
  readonly id: OperationId
  readonly target: UpstreamTarget
  readonly query?: Readonly<Record<string, string | undefined>>
  /** JSON text of the request body. */
  readonly body?: string | null
  readonly idempotencyKey?: string | undefined
  /** Body of an earlier response to this call, or null. A response with an equal body returns this buffer. */
  readonly expected?: Buffer | null
  /** True: the response must contain storage credentials of the upstream. */
  readonly vends?: boolean
  /** Records that a change is sent now; see `Call.begin`. */
  begin?(): void
  /** Returns the error for a missing object. */
  missing(): HeadgateError
}

export interface UpstreamOptions extends RemoteSettings {
  /** Name of the warehouse. */
  readonly name: string
  /** Configured headers of all requests. */
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** Authenticates the requests of one user. Absent: the provider of the client authenticates those of all callers. */
  readonly userAuth?: ReadyProvider
  /** Name of this user, for messages. */
  readonly user?: string
}

/**
 * One upstream catalog, for one identity: builds the requests of its REST interface, and converts its errors. Paths are built from decoded
 * names with the prefix and separator of the upstream, so that no byte of a client's path is forwarded.
 */
export class Upstream implements AsyncDisposable {
  readonly #client: UpstreamClient
  readonly #warehouse: UpstreamOptions
  readonly #configs = new SingleFlight<RemoteConfig>()
  readonly #loads = new SingleFlight<UpstreamResponse>()
  #config: { readonly value: RemoteConfig; readonly readAt: number } | null = null

  constructor(client: UpstreamClient, options: UpstreamOptions) {
    this.#client = client
    this.#warehouse = options
  }

  /** True when requests have the identity of one user. The upstream may then hide objects from this user. */
  get isForUser(): boolean {
    return this.#warehouse.userAuth !== undefined
  }

  get host(): string {
    return this.#client.host
  }

  /** Returns whether requests contain a configured header. */
  sends(header: string): boolean {
    return Object.keys(this.#warehouse.headers ?? {}).some((name) => name.toLowerCase() === header)
  }

  /** Returns the configuration of the upstream. Concurrent callers share one request. */
  async config(signal: AbortSignal): Promise<RemoteConfig> {
    const known = this.#config
    if (known !== null && performance.now() - known.readAt < configAgeMs) return known.value
    try {
      return await this.#configs.join('config', () => this.#readConfig(), signal)
    } catch (error) {
      // An upstream that fails for a short time does not change its configuration.
      if (known !== null && !signal.aborted) return known.value
      throw error
    }
  }

  /** Returns the dialect of the upstream. */
  async dialect(signal: AbortSignal): Promise<Dialect> {
    return (await this.config(signal)).dialect
  }

  /** Returns whether the upstream offers an operation. */
  async offers(id: OperationId, signal: AbortSignal): Promise<boolean> {
    return offers(await this.config(signal), id)
  }

  /**
   * Calls an operation and returns its successful response.
   *
   * @throws HeadgateError for every response that is not 2xx, and errors of `UpstreamClient.send`
   */
  async call(call: UpstreamCall, signal: AbortSignal): Promise<UpstreamResponse> {
    const config = await this.config(signal)
    if (!offers(config, call.id)) throw notOffered(this.#warehouse.name, call.id)
    const { method } = operation(call.id)
    const path = buildPath(config, call.id, call.target)
    const query = buildQuery(call.query ?? {})
    const safe = isSafe(call.id)
    const request = {
      method,
      path,
      query,
      safe,
      expected: call.expected ?? null,
      headers: headersFor(call),
      body: call.body === undefined || call.body === null ? null : Buffer.from(call.body),
    }
    if (!safe) call.begin?.()
    // All callers of one Upstream have the same identity at the upstream. Equal loads that wait at the same time share
    // one request, which is sent after the last of these loads has arrived. The request has its own time limits, because
    // the first caller may disconnect.
    const response = safe
      ? await this.#loads.joinNext(
          `${method} ${path}?${query} ${call.vends === true}`,
          () => this.#send(request, new AbortController().signal),
          signal,
        )
      : await this.#send(request, signal)
    if (response.status >= 200 && response.status < 300) return response
    const { name } = this.#warehouse
    throw responseError(response, {
      hidden: this.#hidden(config.prefix, response),
      warehouse: name,
      user: this.#warehouse.user,
      changes: !safe,
      missing: () => call.missing(),
    })
  }

  /**
   * Requests the URL at which the upstream renews storage credentials. The URL must be below the address of the upstream.
   *
   * @param url absolute, or relative to the address of the upstream
   */
  async followRefreshUrl(
    url: string,
    missing: () => HeadgateError,
    signal: AbortSignal,
  ): Promise<UpstreamResponse> {
    const { name } = this.#warehouse
    const found = this.#client.relative(url)
    if (found === null)
      throw new HeadgateError(
        'bad-gateway',
        `The upstream of warehouse ${name} returned an address for the renewal of storage credentials that is not its own.`,
      )
    const headers = headersFor({ vends: true })
    const request = { method: 'GET', ...found, headers, body: null, safe: true } as const
    const response = await this.#client.send(request, signal)
    if (response.status === 200) return response
    throw responseError(response, {
      hidden: this.#hidden('', response),
      warehouse: name,
      changes: false,
      missing,
    })
  }

  /** Calls an operation and parses the JSON body of its response. */
  async callJson(call: UpstreamCall, signal: AbortSignal): Promise<Json> {
    const { body } = await this.call(call, signal)
    try {
      return parseBytes(body)
    } catch (cause) {
      if (!isSafe(call.id)) throw unreadableOutcome(this.#warehouse.name, cause)
      throw new HeadgateError(
        'bad-gateway',
        `The upstream of warehouse ${this.#warehouse.name} returned a response that is not JSON.`,
        { cause },
      )
    }
  }

  /** Returns the texts that clients must not see in the message of a response. */
  #hidden(prefix: string, { hidden = [] }: UpstreamResponse): string[] {
    const { host } = this
    const name = host.replace(/:\d+$/, '')
    return [host, name, prefix, decodeURIComponentOr(prefix), this.#warehouse.remote ?? '', ...hidden]
  }

  #send(request: UpstreamRequest, signal: AbortSignal): Promise<UpstreamResponse> {
    return this.#client.send(request, signal, this.#warehouse.userAuth)
  }

  async #readConfig(): Promise<RemoteConfig> {
    const { name, remote } = this.#warehouse
    const request = {
      method: 'GET',
      path: '/v1/config',
      query: buildQuery({ warehouse: remote }),
      headers: [['Accept', 'application/json']],
      body: null,
      safe: true,
    } as const
    const response = await this.#send(request, new AbortController().signal)
    if (response.status !== 200)
      throw responseError(response, {
        hidden: this.#hidden('', response),
        warehouse: name,
        user: this.#warehouse.user,
        changes: false,
        missing: () => missingConfig(name, this.isForUser),
      })
    const value = decodeRemoteConfig(parseConfig(response.body), this.#warehouse)
    this.#config = { value, readAt: performance.now() }
    return value
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#client[Symbol.asyncDispose]()
    await this.#warehouse.userAuth?.[Symbol.asyncDispose]()
  }
}

/** Returns whether an operation changes nothing in the upstream. */
function isSafe(id: OperationId): boolean {
  const { method } = operation(id)
  return method === 'GET' || method === 'HEAD'
}

function decodeURIComponentOr(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** @param isForUser true when the request had the identity of a user, who may lack rights at the upstream */
function missingConfig(warehouse: string, isForUser: boolean): HeadgateError {
  return isForUser
    ? new HeadgateError(
        'forbidden',
        `The upstream of warehouse ${warehouse} has no configuration for you: ask an administrator of the upstream for rights there. If no user has access, the address or the warehouse of the upstream is wrong.`,
      )
    : new HeadgateError(
        'bad-gateway',
        `The upstream of warehouse ${warehouse} has no configuration: an administrator must correct upstream.uri or upstream.warehouse.`,
      )
}

function parseConfig(body: Buffer): Json {
  try {
    return parseBytes(body)
  } catch {
    return null
  }
}

function headersFor({
  body,
  idempotencyKey,
  vends = false,
}: Pick<UpstreamCall, 'body' | 'idempotencyKey' | 'vends'>): [string, string][] {
  return [
    ['Accept', 'application/json'],
    ...(vends ? [['X-Iceberg-Access-Delegation', 'vended-credentials'] as [string, string]] : []),
    ...(body === undefined || body === null
      ? []
      : [['Content-Type', 'application/json'] as [string, string]]),
    ...(idempotencyKey === undefined ? [] : [['Idempotency-Key', idempotencyKey] as [string, string]]),
  ]
}

/** Replaces the parameters of the operation's path template with encoded names. */
function buildPath({ prefix, separator }: RemoteConfig, id: OperationId, target: UpstreamTarget): string {
  const namespace = target.namespace ?? target.identifier?.namespace
  return operation(id).path.replaceAll(/\/\{([\w-]+)\}/g, (_, parameter: string) => {
    if (parameter === 'prefix') return prefix === '' ? '' : `/${prefix}`
    if (parameter === 'namespace' && namespace !== undefined)
      return `/${encodeNamespace(namespace, separator)}`
    if (target.identifier === undefined) throw new Error(`the path of ${id} needs ${parameter}`)
    return `/${encodeName(target.identifier.name, 'name')}`
  })
}

function buildQuery(values: Readonly<Record<string, string | undefined>>): string {
  return Object.entries(values)
    .flatMap(([name, value]) => (value === undefined ? [] : `${name}=${encodeURIComponent(value)}`))
    .join('&')
}

function notOffered(warehouse: string, id: OperationId): HeadgateError {
  return new HeadgateError('unsupported', `The upstream of warehouse ${warehouse} does not support ${id}.`)
}
