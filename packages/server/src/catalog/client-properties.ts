import { isServerSettable } from '@headgate/auth'
import { HeadgateError } from '@headgate/errors'

type ClientProperties = Readonly<Record<string, string>>

/** Where clients ask for storage keys and signatures: with what proves them to the catalog. */
const askedWithToken = /(^|[.-])(signer\.(uri|endpoint)|credentials\.uri|refresh-credentials-endpoint)$/

/** Whether a warehouse may set a property at its clients. */
function isSettable(name: string): boolean {
  return isServerSettable(name) && !askedWithToken.test(name.trim().toLowerCase())
}

/**
 * Refuses what would have clients send their tokens or secrets elsewhere, or as somebody else: who manages a warehouse has
 * a say in its tables, and none in who else's credentials go where.
 *
 * @throws HeadgateError `bad-request` naming the properties
 */
export function checkClientProperties(...all: readonly ClientProperties[]): void {
  const refused = all.flatMap((properties) => Object.keys(properties).filter((name) => !isSettable(name)))
  if (refused.length === 0) return
  throw new HeadgateError(
    'bad-request',
    `No warehouse may set ${refused.join(', ')} at its clients: this says where they send their credentials, or what they send. Set it at the clients themselves.`,
  )
}

/** What a change sets that was not set so before: what is there and not told to clients does them no harm. */
export function setAnew(before: ClientProperties, after: ClientProperties = {}): ClientProperties {
  return Object.fromEntries(Object.entries(after).filter(([name, value]) => before[name] !== value))
}

/** What clients are told: of a warehouse that was made when more could be set, without that. */
export function settableOf(properties: ClientProperties): ClientProperties {
  return Object.fromEntries(Object.entries(properties).filter(([name]) => isSettable(name)))
}
