import { HeadgateError } from '@headgate/errors'
import type { Namespace } from '@headgate/iceberg/rest'

/**
 * Refuses a namespace that no request path could name, because one of its levels contains the advertised namespace
 * separator.
 *
 * @param namespaceSeparator percent-encoded
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
