import ipaddr from 'ipaddr.js'

/**
 * Addresses outside the special ranges at which clouds serve metadata or credentials to their machines: the host agent of
 * Azure. The others (169.254.169.254, fd00:ec2::254, 100.100.100.200, 192.0.0.192) lie in special ranges.
 */
const cloudAddresses = new Set(['168.63.129.16'])

/**
 * Returns true when an IP address is not a public unicast one: loopback, link-local, private, shared, reserved, multicast,
 * a cloud's metadata, or IPv6 that embeds IPv4 of any kind but the mapped form. Of IPv4-mapped IPv6, the IPv4 address
 * decides.
 *
 * @param text an address as `node:net` spells it; anything else counts as special
 */
export function isSpecialAddress(text: string): boolean {
  const address = parseAddress(text)
  if (address === null) return true
  return address.range() !== 'unicast' || cloudAddresses.has(address.toString())
}

/** Returns true for an address of this machine alone, IPv4-mapped IPv6 included. */
export function isLoopbackAddress(text: string): boolean {
  return parseAddress(text)?.range() === 'loopback'
}

/** Returns the address with IPv4 in place of IPv4-mapped IPv6, or null for anything else. */
export function plainAddress(text: string): string | null {
  return parseAddress(text)?.toString() ?? null
}

function parseAddress(text: string): ipaddr.IPv4 | ipaddr.IPv6 | null {
  // A zone (`fe80::1%eth0`) is no part of the address.
  const [bare = ''] = text.split('%')
  const isPlain = ipaddr.IPv4.isValidFourPartDecimal(bare) || ipaddr.IPv6.isValid(bare)
  return isPlain ? ipaddr.process(bare) : null
}
