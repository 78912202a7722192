import { BlockList, isIP } from 'node:net'
import { plainAddress } from './special-addresses.ts'

/** Endpoints that the operator's configuration names, by host or by network. */
export interface EndpointNames {
  /** Returns whether the configuration names the host of a URL, regardless of its address. */
  hasHost(host: string): boolean
  hasAddress(address: string): boolean
}

const hostPattern = /^(\*\.)?[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*$/i

/**
 * Parses hosts (`minio.internal`), domains (`*.internal`), addresses and networks (`10.1.0.0/16`).
 *
 * @throws Error that names the accepted forms of an entry
 */
export function endpointNames(entries: readonly string[]): EndpointNames {
  const hosts = new Set<string>()
  const domains: string[] = []
  const networks = new BlockList()
  for (const entry of entries) {
    if (addNetwork(networks, entry)) continue
    if (!hostPattern.test(entry))
      throw new Error('hosts, `*.domain`, addresses or networks like `10.1.0.0/16`')
    if (entry.startsWith('*.')) domains.push(entry.slice(1).toLowerCase())
    else hosts.add(entry.toLowerCase())
  }
  return {
    hasHost(host) {
      const name = host.toLowerCase().replace(/\.$/, '')
      return hosts.has(name) || domains.some((domain) => name.endsWith(domain))
    },
    hasAddress(text) {
      const address = plainAddress(text)
      return address !== null && networks.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4')
    },
  }
}

/** Refuses an entry that `endpointNames` cannot parse. */
export function checkEndpointName(entry: string): void {
  endpointNames([entry])
}

/** Adds an IP address or a network to a block list. Returns false if the entry is neither. */
function addNetwork(networks: BlockList, entry: string): boolean {
  const [, text = '', bits] = /^\[?([0-9a-f:.]+)\]?(?:\/(\d{1,3}))?$/i.exec(entry) ?? []
  const address = isIP(text) === 0 ? null : plainAddress(text)
  if (address === null) return false
  const family = isIP(address) === 6 ? 'ipv6' : 'ipv4'
  if (bits === undefined) networks.addAddress(address, family)
  else if (Number(bits) > (family === 'ipv6' ? 128 : 32)) return false
  else networks.addSubnet(address, Number(bits), family)
  return true
}
