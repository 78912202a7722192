import { isIP } from 'node:net'

const pair = /^([!#$%&'*+.^_`|~\w-]+)=(?:([!#$%&'*+.^_`|~\w-]+)|"([^"\\]*)")$/

/**
 * Returns the address in the `for` parameter of one element of a `Forwarded` header (RFC 7239 section 4). Null: the
 * parameter is missing or hidden (section 6.3), or the element is malformed. The syntax is checked strictly, because a
 * comma in a quoted text of the client splits the header, too.
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
  return found === null ? null : hostOf(found)
}

/**
 * Returns an address without port, brackets, zone, and the prefix of mapped IPv4 addresses. Null: the text is not an
 * address.
 */
export function hostOf(text: string): string | null {
  const bracketed = /^\[([^\]]*)\](?::\d{1,5})?$/.exec(text)?.[1]
  const withPort = /^([\d.]+):\d{1,5}$/.exec(text)?.[1]
  const address = (bracketed ?? withPort ?? text).replace(/%.*$/, '').toLowerCase()
  const mapped = /^::ffff:([\d.]+)$/.exec(address)?.[1]
  const plain = mapped ?? address
  return isIP(plain) === 0 ? null : plain
}

/**
 * Returns the key by which attempts of an address are counted. An IPv6 client has a network of at least 64 bits, and could
 * use a new address for each attempt.
 */
export function partyOf(address: string): string {
  if (isIP(address) !== 6) return address
  // URLs contain the canonical form of an address.
  const text = new URL(`http://[${address}]`).hostname.slice(1, -1)
  const [head = '', tail] = text.split('::')
  const [front, back] = [head, tail ?? ''].map((part) => (part === '' ? [] : part.split(':')))
  const missing = tail === undefined ? 0 : 8 - (front?.length ?? 0) - (back?.length ?? 0)
  const groups = [...(front ?? []), ...Array.from({ length: missing }, () => '0'), ...(back ?? [])]
  return `${groups.slice(0, 4).join(':')}::/64`
}
