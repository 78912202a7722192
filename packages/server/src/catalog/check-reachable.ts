import { HeadgateError } from '@headgate/errors'
import type { Namespace } from '@headgate/iceberg/rest'

/**
 * Refuses a namespace whose levels contain the namespace separator that the server advertises, because no
 * request path could address the namespace.
 *
 * @param namespaceSeparator percent-encoded separator
 * @throws HeadgateError `bad-request`
 */
export function checkReachable(
  { namespaceSeparator }: { readonly namespaceSeparator: string },
  levels: Namespace,
): void {
  const [level = ''] = levels
  const separator = decodeURIComponent(namespaceSeparator)
  if (levels.length > 1 || !level.includes(separator)) return
  throw new HeadgateError(
    'bad-request',
    `Invalid namespace: ${JSON.stringify(level)} contains ${JSON.stringify(separator)}, which separates levels on this server (HEADGATE_NAMESPACE_SEPARATOR). Send each level as a separate element.`,
  )
}
