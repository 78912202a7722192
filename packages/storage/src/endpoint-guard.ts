import { lookup, type LookupAddress, type LookupAllOptions } from 'node:dns'
import { Agent as HttpAgent, type AgentOptions } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import { isIP, type LookupFunction, Socket } from 'node:net'
import { HeadgateError } from '@headgate/errors'
import { isLoopback } from './loopback.ts'
import { endpointNames, type EndpointNames } from './endpoint-names.ts'
import { isLoopbackAddress, isSpecialAddress } from './special-addresses.ts'

export interface EndpointRules {
  /** Hosts, `*.domain`, addresses and networks that endpoints may use although they are not public. */
  readonly named: readonly string[]
  /**
   * Whether endpoints may be `localhost` and loopback addresses, because the server itself serves only this machine.
   */
  readonly loopback: boolean
}

/**
 * Decides to which addresses the server connects for endpoints that a request can set: public addresses, and those
 * that the operator's configuration names. It checks each connection, so a name that later resolves to another
 * address is refused too.
 *
 * @example
 * ```ts
 * await guard.check('storage.endpoint', 'https://s3.example.com', { mayUseLoopback: false })
 * request(url, { agent: guard.agentFor(url) })
 * ```
 */
export class EndpointGuard {
  readonly #names: EndpointNames
  readonly #loopback: boolean
  readonly #resolve: ResolveName

  /**
   * @param resolve resolves names; tests replace it
   * @throws Error for a name that is not a host, an address or a network
   */
  constructor({ named, loopback }: EndpointRules, resolve: ResolveName = lookup) {
    this.#names = endpointNames(named)
    this.#loopback = loopback
    this.#resolve = resolve
  }

  /**
   * Checks an endpoint before it is stored. A name that does not resolve passes, because each connection is checked
   * again.
   *
   * @param mayUseLoopback false: a loopback endpoint must be configured by name, also if the server serves only this
   * machine
   * @throws HeadgateError `forbidden` that names the field, the host and the setting that allows it
   */
  async check(
    field: string,
    url: string,
    { mayUseLoopback }: { readonly mayUseLoopback: boolean },
  ): Promise<void> {
    const host = hostOf(new URL(url))
    const addresses = await this.#addressesOf(host)
    const refused = addresses.find(
      (address) => !this.#allows(host, address) || (!mayUseLoopback && !this.#isOpen(host, address)),
    )
    if (refused !== undefined) throw new HeadgateError('forbidden', `${field} is refused: ${reasonFor(host)}`)
  }

  /**
   * Returns an agent with checked connections for requests to an endpoint, or to a bucket's host name below it. With
   * the default options it closes each connection after one request.
   */
  agentFor(url: URL, options: AgentOptions = {}): HttpAgent {
    const endpoint = hostOf(url)
    const allows: Allows = (given, address) => {
      const host = bareHost(given)
      return this.#allows(host.endsWith(`.${endpoint}`) ? endpoint : host, address)
    }
    const connecting: Connecting = (host) => (isIP(host) === 0 || allows(host, host) ? null : refusal(host))
    const checked = { ...options, lookup: this.#lookupWith(allows) }
    return url.protocol === 'https:'
      ? new GuardedHttpsAgent(checked, connecting)
      : new GuardedHttpAgent(checked, connecting)
  }

  /** Resolves a name for a connection, and refuses it if one of its addresses is not allowed. */
  #lookupWith(allows: Allows): LookupFunction {
    return (host, options, done) => {
      this.#resolve(host, { ...options, all: true }, (error, addresses) => {
        if (error !== null) return done(error, '')
        const [first] = addresses
        if (first === undefined || !addresses.every(({ address }) => allows(host, address)))
          return done(refusal(host), '')
        if (options.all === true) done(null, addresses)
        else done(null, first.address, first.family)
      })
    }
  }

  #addressesOf(host: string): Promise<readonly string[]> | readonly string[] {
    if (isIP(host) !== 0) return [host]
    // Some resolvers do not know the names below `localhost`.
    if (isLoopback(host)) return ['127.0.0.1']
    const { promise, resolve } = Promise.withResolvers<readonly string[]>()
    this.#resolve(host, { all: true }, (error, addresses) => {
      resolve(error === null ? addresses.map(({ address }) => address) : [])
    })
    return promise
  }

  #allows(host: string, address: string): boolean {
    return this.#isOpen(host, address) || (this.#loopback && isLoopback(host) && isLoopbackAddress(address))
  }

  #isOpen(host: string, address: string): boolean {
    return !isSpecialAddress(address) || this.#names.hasHost(host) || this.#names.hasAddress(address)
  }
}

/** Signature of `lookup` of `node:dns` for all addresses of a name. */
export type ResolveName = (
  host: string,
  options: LookupAllOptions,
  done: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void

type Allows = (host: string, address: string) => boolean

/** Returns the error for a refused literal address, or null. Names are checked when they are resolved. */
type Connecting = (host: string) => Error | null

/** Function with which an agent opens a connection. `node:http` calls it for each new connection. */
type Connect = HttpAgent['createConnection']

function guarded(connect: Connect, connecting: Connecting): Connect {
  return (options, callback) => {
    const error = connecting(bareHost(options.host ?? ''))
    if (error === null) return connect(options, callback)
    process.nextTick(() => callback?.(error, new Socket()))
    return undefined
  }
}

class GuardedHttpAgent extends HttpAgent {
  constructor(options: AgentOptions, connecting: Connecting) {
    super(options)
    this.createConnection = guarded(super.createConnection.bind(this), connecting)
  }
}

class GuardedHttpsAgent extends HttpsAgent {
  constructor(options: AgentOptions, connecting: Connecting) {
    super(options)
    this.createConnection = guarded(super.createConnection.bind(this), connecting)
  }
}

/** Returns the host without the brackets of an IPv6 address and without the final dot of an absolute name. */
function hostOf({ hostname }: URL): string {
  return bareHost(hostname)
}

function bareHost(host: string): string {
  return host.replaceAll(/^\[|\]$|\.$/g, '')
}

function refusal(host: string): HeadgateError {
  return new HeadgateError('unavailable', `The connection is refused: ${reasonFor(host)}`)
}

function reasonFor(host: string): string {
  return `${host} has a loopback, link-local, private or otherwise special address. An operator can allow it: HEADGATE_PRIVATE_ENDPOINTS=${host}`
}
