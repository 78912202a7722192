import type { IncomingMessage } from 'node:http'
import { BlockList, isIP } from 'node:net'
import { forwardedFor, parseIpAddress } from './forwarded.ts'

/** Proxies whose forwarding header the server trusts. */
export interface TrustedProxies {
  /** Networks such as `10.0.0.0/8`, or single addresses. */
  readonly networks: readonly string[]
  /**
   * The only forwarding header that the server reads. A proxy writes one of the two headers and forwards the other
   * header as the client sent it, so a client could forge its address if the server read both.
   */
  readonly header: 'x-forwarded-for' | 'forwarded'
}

/** Returns the client address of a request as text, or an empty text when the connection is closed. */
export type ClientAddress = (request: Pick<IncomingMessage, 'headers' | 'socket'>) => string

/** Returns the address of the connection's peer, for servers without trusted proxies. */
export const peerAddress: ClientAddress = ({ socket }) => parseIpAddress(socket.remoteAddress ?? '') ?? ''

/** Maximum number of addresses in a forwarding header that the server reads. */
const maxHops = 32

/**
 * Returns a function that finds the address of the client behind trusted proxies. The function starts at the address
 * of the connection and reads the addresses in the header from right to left, until an address is not that of a
 * trusted proxy. It ignores the addresses to the left of this one, because the client can forge them. If an address
 * is hidden (`unknown`, `_name`) or malformed, the function returns the address of the proxy that wrote it.
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
      const before = header === 'forwarded' ? forwardedFor(hop) : parseIpAddress(hop.trim())
      if (before === null) return address
      address = before
    }
    return address
  }
}

/**
 * Checks a network of trusted proxies.
 *
 * @throws RangeError for a malformed network, and for a network that contains all addresses
 */
export function checkNetwork(text: string): void {
  add(new BlockList(), text)
}

function add(to: BlockList, network: string): void {
  const [, address = '', bits] = /^([0-9A-Fa-f.:]+)(?:\/(\d{1,3}))?$/.exec(network) ?? []
  const version = isIP(address)
  const [family, most] = version === 6 ? (['ipv6', 128] as const) : (['ipv4', 32] as const)
  const prefix = bits === undefined ? most : Number(bits)
  if (version === 0 || prefix < 1 || prefix > most)
    throw new RangeError(
      'networks such as `10.0.0.0/8` or `2001:db8::/32`, and not a network of all addresses',
    )
  to.addSubnet(address, prefix, family)
}
