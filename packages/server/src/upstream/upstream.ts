import type { ReadyProvider } from '@headgate/auth'
import { parseBytes, type Json } from '@headgate/json'
import { HeadgateError } from '@headgate/errors'
import type { OperationId } from '@headgate/iceberg/rest'
import { SingleFlight } from '../concurrency/single-flight.ts'
import {
  buildQuery,
  buildRequest,
  buildRequestLine,
  headersFor,
  isSafe,
  type UpstreamCall,
} from './build-request.ts'
import type { UpstreamClient, UpstreamRequest } from './client.ts'
import type { UpstreamResponse } from './read-response.ts'
import type { Dialect } from './dialect.ts'
import { decodeRemoteConfig, offers, type RemoteConfig, type RemoteSettings } from './remote-config.ts'
import { responseError } from './response-error.ts'
import { unreadableOutcome } from './failures.ts'

/** Time in ms for which the configuration of the upstream catalog is cached. */
const configAgeMs = 300_000

export interface UpstreamOptions extends RemoteSettings {
  /** Name of the warehouse, for error messages. */
  readonly name: string
  /** Configured headers that are added to all requests. */
  readonly headers?: Readonly<Record<string, string>> | undefined
  /**
   * Auth provider for the requests of one user. Absent: the provider of the client authenticates the requests
   * of all callers.
   */
  readonly userAuth?: ReadyProvider
  /** Name of the user of `userAuth`, for error messages. */
  readonly user?: string
}

/**
 * Connection to one upstream catalog with one identity. Caches its configuration, shares equal loads, and converts
 * error responses.
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

  /**
   * True when requests are sent with the identity of one user. The upstream catalog may then hide objects
   * from this user.
   */
  get isForUser(): boolean {
    return this.#warehouse.userAuth !== undefined
  }

  get host(): string {
    return this.#client.host
  }

  /** Returns whether the configured headers contain a header. The name is in lower case. */
  sends(header: string): boolean {
    return Object.keys(this.#warehouse.headers ?? {}).some((name) => name.toLowerCase() === header)
  }

  /**
   * Returns the configuration of the upstream catalog, from the cache if it is not too old. Concurrent
   * callers share one request.
   */
  async config(signal: AbortSignal | null): Promise<RemoteConfig> {
    const known = this.#config
    if (known !== null && performance.now() - known.readAt < configAgeMs) return known.value
    try {
      return await this.#configs.join('config', () => this.#readConfig(), signal ?? undefined)
    } catch (error) {
      // If the upstream catalog fails temporarily, the cached configuration is still used, because it rarely
      // changes.
      if (known !== null && signal?.aborted !== true) return known.value
      throw error
    }
  }

  /** Returns the dialect of the upstream. */
  async dialect(signal: AbortSignal): Promise<Dialect> {
    return (await this.config(signal)).dialect
  }

  /** Returns whether the upstream catalog offers an operation. */
  async offers(id: OperationId, signal: AbortSignal): Promise<boolean> {
    return offers(await this.config(signal), id)
  }

  /**
   * Calls an operation of the upstream catalog and returns the response, which has a 2xx status.
   *
   * @throws HeadgateError for every response that is not 2xx, and errors of `UpstreamClient.send`
   */
  async call(call: UpstreamCall, signal: AbortSignal | null): Promise<UpstreamResponse> {
    const config = await this.config(signal)
    if (!offers(config, call.id)) throw notOffered(this.#warehouse.name, call.id)
    const safe = isSafe(call.id)
    // The upstream compares the ETag only for callers that may read the table. With the identity of users, the server
    // does not rely on that.
    const etag = this.isForUser ? null : (call.earlier?.etag ?? null)
    const line = buildRequestLine(config, call)
    const send = (abort: AbortSignal | null): Promise<UpstreamResponse> =>
      this.#sendConditional(buildRequest(line, call, etag), etag, abort)
    if (!safe) call.begin?.()
    // All callers of one `Upstream` have the same identity at the upstream catalog. Equal loads that wait at
    // the same time share one request, which is sent after the last of these loads was requested. The request
    // does not end when the first caller disconnects: it has its own time limits.
    const response = safe
      ? await this.#loads.joinNext(
          `${line.method} ${line.path}?${line.query} ${call.vends === true}`,
          () => send(null),
          signal ?? undefined,
        )
      : await send(signal)
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
   * Sends a GET request to the URL at which the upstream catalog renews storage credentials. Refuses a URL
   * that is not below the base URL of the upstream catalog.
   *
   * @param url absolute URL, or URL relative to the base URL
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

  /**
   * Returns the texts that must be removed from error messages about a response: host, prefix and warehouse
   * of the upstream catalog, and credentials.
   */
  #hidden(prefix: string, { hidden = [] }: UpstreamResponse): string[] {
    const { host } = this
    const name = host.replace(/:\d+$/, '')
    return [host, name, prefix, decodeURIComponentOr(prefix), this.#warehouse.remote ?? '', ...hidden]
  }

  /** Sends a request. Returns the earlier response if the upstream answers that its ETag is still current. */
  async #sendConditional(
    request: UpstreamRequest,
    etag: string | null,
    signal: AbortSignal | null,
  ): Promise<UpstreamResponse> {
    const response = await this.#send(request, signal)
    if (response.status !== 304 || etag === null || !request.earlier) return response
    return { ...response, status: 200, body: request.earlier.body }
  }

  #send(request: UpstreamRequest, signal: AbortSignal | null): Promise<UpstreamResponse> {
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
    const response = await this.#send(request, null)
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

function decodeURIComponentOr(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/**
 * Returns the error for a `GET /v1/config` that the upstream catalog answered with 404.
 *
 * @param isForUser true when the request had the identity of a user, who may lack rights at the upstream
 *   catalog
 */
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

function notOffered(warehouse: string, id: OperationId): HeadgateError {
  return new HeadgateError('unsupported', `The upstream of warehouse ${warehouse} does not support ${id}.`)
}
