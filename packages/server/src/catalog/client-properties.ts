import { isServerSettable } from '@headgate/auth'
import { HeadgateError } from '@headgate/errors'

type ClientProperties = Readonly<Record<string, string>>

/**
 * Pattern of the names of properties whose values are URLs. Clients send their catalog token to such a URL
 * when they request storage credentials or signatures.
 */
const askedWithToken = /(^|[.-])(signer\.(uri|endpoint)|credentials\.uri|refresh-credentials-endpoint)$/

/** Returns whether a warehouse may set this property for its clients. */
function isSettable(name: string): boolean {
  return isServerSettable(name) && !askedWithToken.test(name.trim().toLowerCase())
}

/**
 * Refuses properties that would make clients send their tokens or secrets to another address, or as another
 * identity. The right to manage a warehouse does not include the right to redirect the credentials of its
 * clients.
 *
 * @throws HeadgateError `bad-request` that names the properties
 */
export function checkClientProperties(...all: readonly ClientProperties[]): void {
  const refused = all.flatMap((properties) => Object.keys(properties).filter((name) => !isSettable(name)))
  if (refused.length === 0) return
  throw new HeadgateError(
    'bad-request',
    `A warehouse cannot set ${refused.join(', ')} for its clients, because these properties decide which credentials clients send, and to which address. Set them in the configuration of each client.`,
  )
}

/**
 * Returns the properties that a change adds or changes. Unchanged properties are not checked, because they may have
 * been set before the server refused them.
 */
export function selectChanged(before: ClientProperties, after: ClientProperties = {}): ClientProperties {
  return Object.fromEntries(Object.entries(after).filter(([name, value]) => before[name] !== value))
}

/**
 * Returns only the properties that a warehouse may set. Earlier versions accepted other properties too; the
 * server does not send these to clients.
 */
export function selectSettable(properties: ClientProperties): ClientProperties {
  return Object.fromEntries(Object.entries(properties).filter(([name]) => isSettable(name)))
}
