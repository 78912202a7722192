import type { IncomingMessage } from 'node:http'
import { BlockList, isIP } from 'node:net'
import { forwardedFor, hostOf } from './forwarded.ts'

/** Which proxies are believed when they say whom they speak for, and the one header in which they say it. */
export interface TrustedProxies {
  /** Networks such as `10.0.0.0/8`, or single addresses. */
  readonly networks: readonly string[]
  /**
   * One of them alone is read: a proxy writes one and hands on the other as its client sent it, so that whoever believed
   * both would believe the client.
   */
  readonly header: 'x-forwarded-for' | 'forwarded'
}

/** The address that a request comes from, as text; empty when the connection is gone. */
export type ClientAddress = (request: Pick<IncomingMessage, 'headers' | 'socket'>) => string

/** Where nobody is trusted to speak for others. */
export const peerAddress: ClientAddress = ({ socket }) => hostOf(socket.remoteAddress ?? '') ?? ''

/** More proxies than this in a row are nobody's. */
const maxHops = 32

/**
 * Finds the client behind trusted proxies: from the peer of the connection, each trusted one is believed about the hop
 * before it, from right to left, until an address is not trusted. What stands further left anybody may have written. A
 * hop that is hidden (`unknown`, `_name`) or malformed ends the way: the address is that of the proxy that said so.
 *
 * @throws RangeError for a network that is none
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

/** @throws RangeError for what is no network, or is every address there is */
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
