import { isIP } from 'node:net'

const pair = /^([!#$%&'*+.^_`|~\w-]+)=(?:([!#$%&'*+.^_`|~\w-]+)|"([^"\\]*)")$/

/**
 * The address in the `for` of one element of a `Forwarded` header (RFC 7239 section 4), or null: there is none, it is
 * hidden (section 6.3), or the element is malformed. Elements are strict, so that a comma in somebody's quoted text does
 * not make one.
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
 * An address as proxies and sockets write it, without port, brackets, zone, and the prefix of mapped IPv4 addresses; null
 * when it is no address.
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
 * Whom an address stands for when attempts are counted: in IPv6 one party has a network of 64 bits at the least, and could
 * come from a new address each time.
 */
export function partyOf(address: string): string {
  if (isIP(address) !== 6) return address
  // Of the two forms of the same address, URLs have one.
  const text = new URL(`http://[${address}]`).hostname.slice(1, -1)
  const [head = '', tail] = text.split('::')
  const [front, back] = [head, tail ?? ''].map((part) => (part === '' ? [] : part.split(':')))
  const missing = tail === undefined ? 0 : 8 - (front?.length ?? 0) - (back?.length ?? 0)
  const groups = [...(front ?? []), ...Array.from({ length: missing }, () => '0'), ...(back ?? [])]
  return `${groups.slice(0, 4).join(':')}::/64`
}
