import type { IncomingMessage } from 'node:http'
import { BlockList, isIP } from 'node:net'
import { forwardedFor, hostOf } from './forwarded.ts'

/** Proxies whose forwarding header is trusted. */
export interface TrustedProxies {
  /** Networks such as `10.0.0.0/8`, or single addresses. */
  readonly networks: readonly string[]
  /**
   * The only header that is read. A proxy writes one of them and forwards the other as its client sent it, so a server that
   * read both would trust the client.
   */
  readonly header: 'x-forwarded-for' | 'forwarded'
}

/** Returns the client address of a request as text, or an empty text when the connection is closed. */
export type ClientAddress = (request: Pick<IncomingMessage, 'headers' | 'socket'>) => string

/** Returns the address of the connection's peer, for servers without trusted proxies. */
export const peerAddress: ClientAddress = ({ socket }) => hostOf(socket.remoteAddress ?? '') ?? ''

/** Maximum number of proxies in a row. Further hops are ignored. */
const maxHops = 32

/**
 * Returns a function that finds the client behind trusted proxies. It starts at the peer of the connection and reads the
 * hops of the header from right to left, as long as the current address is a trusted proxy. The client can write all hops
 * to the left of that. At a hop that is hidden (`unknown`, `_name`) or malformed, the result is the proxy that wrote it.
 *
 * @throws RangeError for a malformed network
 */
export function clientAddressBehind({ networks, header }: TrustedProxies): ClientAddress {
  if (networks.length === 0) return peerAddress
  const trusted = new BlockList()
  for (const network of networks) add(trusted, network)
  const isTrusted = (address: string): boolean =>
    trusted.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4')
  return (request) => {
    let address = peerAddress(request)
    const value = request.headers[header]
    if (address === '' || typeof value !== 'string') return address
    const hops = value.split(',').slice(-maxHops)
    while (hops.length > 0 && isTrusted(address)) {
      const hop = hops.pop() ?? ''
      const before = header === 'forwarded' ? forwardedFor(hop) : hostOf(hop.trim())
      if (before === null) return address
      address = before
    }
    return address
  }
}

/** @throws RangeError for a malformed network, and for one that contains all addresses */
export function checkNetwork(text: string): void {
  add(new BlockList(), text)
}

function add(to: BlockList, network: string): void {
  const [, address = '', bits] = /^([0-9A-Fa-f.:]+)(?:\/(\d{1,3}))?$/.exec(network) ?? []
  const version = isIP(address)
  const [family, most] = version === 6 ? (['ipv6', 128] as const) : (['ipv4', 32] as const)
  const prefix = bits === undefined ? most : Number(bits)
  if (version === 0 || prefix < 1 || prefix > most)
    throw new RangeError('networks such as `10.0.0.0/8` or `2001:db8::/32`, not all addresses')
  to.addSubnet(address, prefix, family)
}
