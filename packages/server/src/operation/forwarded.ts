import { isIP } from 'node:net'

const pair = /^([!#$%&'*+.^_`|~\w-]+)=(?:([!#$%&'*+.^_`|~\w-]+)|"([^"\\]*)")$/

/**
 * Returns the address in the `for` parameter of one element of a `Forwarded` header (RFC 7239 section 4). Returns
 * null when the parameter is missing or hidden (section 6.3), or when the element is malformed. The function accepts
 * no deviation from the syntax: a comma in a quoted text, which the client can control, also splits the header into
 * elements.
 */
export function forwardedFor(element: string): string | null {
  let found: string | null = null
  for (const text of element.split(';')) {
    const match = pair.exec(text.trim())
    if (match === null) return null
    const [, name = '', token, quoted] = match
    if (name.toLowerCase() !== 'for') continue
    if (found !== null) return null
    found = token ?? quoted ?? ''
  }
  return found === null ? null : parseIpAddress(found)
}

/**
 * Returns the IP address in a text, without port, brackets, zone and the prefix of IPv4-mapped addresses. Returns
 * null when the text contains no IP address.
 */
export function parseIpAddress(text: string): string | null {
  const bracketed = /^\[([^\]]*)\](?::\d{1,5})?$/.exec(text)?.[1]
  const withPort = /^([\d.]+):\d{1,5}$/.exec(text)?.[1]
  const address = (bracketed ?? withPort ?? text).replace(/%.*$/, '').toLowerCase()
  const mapped = /^::ffff:([\d.]+)$/.exec(address)?.[1]
  const plain = mapped ?? address
  return isIP(plain) === 0 ? null : plain
}

/**
 * Returns the key by which the server counts authentication attempts from an address: an IPv4 address, or the /64
 * network of an IPv6 address. An IPv6 client controls at least a /64 network, so it could use a new address for each
 * attempt.
 */
export function toAttemptKey(address: string): string {
  if (isIP(address) !== 6) return address
  // The URL parser returns the canonical form of an IPv6 address.
  const text = new URL(`http://[${address}]`).hostname.slice(1, -1)
  const [head = '', tail] = text.split('::')
  const [front, back] = [head, tail ?? ''].map((part) => (part === '' ? [] : part.split(':')))
  const missing = tail === undefined ? 0 : 8 - (front?.length ?? 0) - (back?.length ?? 0)
  const groups = [...(front ?? []), ...Array.from({ length: missing }, () => '0'), ...(back ?? [])]
  return `${groups.slice(0, 4).join(':')}::/64`
}
