import { HeadgateError } from '@headgate/errors'

/**
 * Names of the headers that a warehouse may add to its requests to the upstream catalog. These headers do not
 * affect authentication, routing or message framing.
 */
const allowed: ReadonlySet<string> = new Set([
  // Google Cloud project that is billed for requests and whose quotas apply (BigLake).
  'x-goog-user-project',
  // Realm of Polaris, and project of Lakekeeper.
  'polaris-realm',
  'x-project-id',
  // Workspace of Databricks.
  'x-databricks-org-id',
])

/**
 * Checks the headers that a warehouse adds to each request to its upstream.
 *
 * @throws HeadgateError `bad-request` that names the header
 */
export function checkHeaders(headers: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(headers)) {
    if (!allowed.has(name.toLowerCase()))
      throw new HeadgateError(
        'bad-request',
        `upstream.headers.${name} is not allowed: use ${[...allowed].join(', ')}.`,
      )
    if (!/^[\u0021-\u007e]+$/.test(value))
      throw new HeadgateError(
        'bad-request',
        `upstream.headers.${name} must be printable ASCII text without spaces.`,
      )
  }
}
