import { createHash } from 'node:crypto'

/** Pattern of the names that a Headgate server accepts for new clients and roles (`newName` in its management API). */
const pattern = /^[A-Za-z0-9][A-Za-z0-9._@-]{0,127}$/
const id = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
/**
 * Names that an import must not allocate: names that a Headgate server refuses, and the role of the administrators,
 * which must not get members by an import.
 */
const reserved: ReadonlySet<string> = new Set([
  'anonymous',
  'unidentified',
  'headgate',
  'server',
  'administrators',
])

/**
 * Allocates names of clients or roles in the review document. Each name belongs to exactly one principal or role of
 * the source catalog.
 */
export interface TargetNames {
  /**
   * Returns the name in the review document. This is the wanted name if a server accepts it and no other principal or
   * role has it. Otherwise the name ends with a digest of the key, so that a later import allocates the same name.
   *
   * @param key identifies the principal or role in the source
   */
  take(key: string, wanted: string): string
}

export function createTargetNames(): TargetNames {
  const keys = new Map<string, string>()
  return {
    take(key, wanted) {
      const isFree = (keys.get(wanted) ?? key) === key
      const name = isFree && isValid(wanted) ? wanted : withDigest(key, wanted)
      keys.set(name, key)
      return name
    },
  }
}

function isValid(name: string): boolean {
  return pattern.test(name) && !id.test(name) && !reserved.has(name.toLowerCase())
}

function withDigest(key: string, wanted: string): string {
  const digest = createHash('sha256').update(key).digest('hex').slice(0, 12)
  const plain = wanted
    .replaceAll(/[^A-Za-z0-9._@-]+/g, '-')
    .replace(/^[^A-Za-z0-9]+/, '')
    .slice(0, 100)
  return `${plain === '' ? 'imported' : plain}-${digest}`
}
