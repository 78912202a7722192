import ipaddr from 'ipaddr.js'

/**
 * Public addresses at which clouds serve metadata or credentials to their machines: the host agent of Azure. The
 * addresses of other clouds (169.254.169.254, fd00:ec2::254, 100.100.100.200, 192.0.0.192) are not public.
 */
const cloudAddresses = new Set(['168.63.129.16'])

/**
 * Returns whether an IP address is not a public unicast address: loopback, link-local, private, shared, reserved,
 * multicast, an address of cloud metadata, or IPv6 that embeds IPv4 in any form except the mapped one. For
 * IPv4-mapped IPv6, the IPv4 address decides.
 *
 * @param text an address in the form of `node:net`; any other text counts as special
 */
export function isSpecialAddress(text: string): boolean {
  const address = parseAddress(text)
  if (address === null) return true
  return address.range() !== 'unicast' || isIpv4Compatible(address) || cloudAddresses.has(address.toString())
}

/** Returns whether an address is in `::/96`, the former IPv6 addresses that embed IPv4 (RFC 4291 section 2.5.5.1). */
function isIpv4Compatible(address: ipaddr.IPv4 | ipaddr.IPv6): boolean {
  return address instanceof ipaddr.IPv6 && address.parts.slice(0, 6).every((part) => part === 0)
}

/**
 * Returns whether an IP address is a loopback address, which only this machine can reach. Includes IPv4-mapped IPv6.
 */
export function isLoopbackAddress(text: string): boolean {
  return parseAddress(text)?.range() === 'loopback'
}

/** Normalizes an IP address: converts IPv4-mapped IPv6 to IPv4. Returns null if the text is not an IP address. */
export function plainAddress(text: string): string | null {
  return parseAddress(text)?.toString() ?? null
}

function parseAddress(text: string): ipaddr.IPv4 | ipaddr.IPv6 | null {
  // Removes the zone (`%eth0` in `fe80::1%eth0`), which is not a part of the address.
  const [bare = ''] = text.split('%')
  const isPlain = ipaddr.IPv4.isValidFourPartDecimal(bare) || ipaddr.IPv6.isValid(bare)
  return isPlain ? ipaddr.process(bare) : null
}
