import { lookup, type LookupAddress, type LookupAllOptions } from 'node:dns'
import { Agent as HttpAgent, type AgentOptions } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import { isIP, type LookupFunction, Socket } from 'node:net'
import { HeadgateError } from '@headgate/errors'
import { isLoopback } from './loopback.ts'
import { endpointNames, type EndpointNames } from './endpoint-names.ts'
import { isLoopbackAddress, isSpecialAddress } from './special-addresses.ts'

export interface EndpointRules {
  /**
   * Hosts, domains (`*.domain`), addresses and networks that endpoints may use although their addresses are not
   * public.
   */
  readonly named: readonly string[]
  /**
   * Whether endpoints may be `localhost` and loopback addresses. True if the server accepts connections only from
   * this machine.
   */
  readonly loopback: boolean
}

/**
 * Limits the addresses to which the server connects for endpoints that a management request can set. Allows public
 * addresses, and addresses that the configuration of the operator names. The guard checks each connection, so that it
 * also refuses a name that later resolves to a forbidden address.
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
   * @param resolve resolves host names; tests replace this function
   * @throws Error for a name that is not a host, an address or a network
   */
  constructor({ named, loopback }: EndpointRules, resolve: ResolveName = lookup) {
    this.#names = endpointNames(named)
    this.#loopback = loopback
    this.#resolve = resolve
  }

  /**
   * Checks an endpoint before the server stores it in a warehouse. A name that does not resolve passes, because each
   * connection is checked again.
   *
   * @param mayUseLoopback if false, refuses a loopback endpoint that the configuration does not name, even if the
   *   server serves only this machine
   * @throws HeadgateError `forbidden` that names the field, the host and the setting that allows it
   */
  async check(
    field: string,
    url: string,
    { mayUseLoopback }: { readonly mayUseLoopback: boolean },
  ): Promise<void> {
    const host = bareHost(new URL(url).hostname)
    const addresses = await this.#resolveAddresses(host)
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
    const { refuse, lookup: checkedLookup } = this.connectionRules(url)
    const checked = { ...options, lookup: checkedLookup }
    return url.protocol === 'https:'
      ? new GuardedHttpsAgent(checked, refuse)
      : new GuardedHttpAgent(checked, refuse)
  }

  /** Returns the address checks of an endpoint, for a client that opens its connections without an agent. */
  connectionRules(url: URL): ConnectionRules {
    const endpoint = bareHost(url.hostname)
    const allows: Allows = (requested, address) => {
      const host = bareHost(requested)
      return this.#allows(host.endsWith(`.${endpoint}`) ? endpoint : host, address)
    }
    return {
      refuse: (host) => {
        const bare = bareHost(host)
        return isIP(bare) === 0 || allows(bare, bare) ? null : refusal(bare)
      },
      lookup: this.#lookupWith(allows),
    }
  }

  /**
   * Returns a `lookup` function for connections. It resolves a host name, and fails if one of the addresses is not
   * allowed.
   */
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

  #resolveAddresses(host: string): Promise<readonly string[]> | readonly string[] {
    if (isIP(host) !== 0) return [host]
    // Resolves names below `localhost` here, because some resolvers do not know them.
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

/** Checks of the connections to one endpoint. */
export interface ConnectionRules {
  /** Returns an error if the host is an IP address that is not allowed. Returns null for all other hosts. */
  refuse(host: string): Error | null
  /** Resolves a host name. Fails if one of its addresses is not allowed. */
  readonly lookup: LookupFunction
}

/** Signature of `lookup` of `node:dns` for all addresses of a name. */
export type ResolveName = (
  host: string,
  options: LookupAllOptions,
  done: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void

type Allows = (host: string, address: string) => boolean

/**
 * Function that checks the host of a connection. Returns an error for an IP address that is not allowed, and null for
 * all other hosts. Host names are checked when they are resolved.
 */
type Connecting = (host: string) => Error | null

/** Function of an HTTP agent that opens a connection. `node:http` calls it for each new connection. */
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
function bareHost(host: string): string {
  return host.replaceAll(/^\[|\]$|\.$/g, '')
}

function refusal(host: string): HeadgateError {
  return new HeadgateError('unavailable', `The connection is refused: ${reasonFor(host)}`)
}

function reasonFor(host: string): string {
  return `${host} has a loopback, link-local, private or otherwise special address. An operator can allow it: HEADGATE_PRIVATE_ENDPOINTS=${host}`
}
