import { HeadgateError } from '@headgate/errors'
import { generateSecret, hashSecret } from '../identity/client-secret.ts'
import { dropOldSecrets as deleteOldSecrets, insertSecret } from '../store/client-secrets.ts'
import type { DirectoryDeps } from './deps.ts'
import { changePolicy, type RequestedChange } from './policy-change.ts'
import { ownIssuer, requirePrincipal } from './principals.ts'

/**
 * Creates a second secret; the first one stays valid until `deleteOldSecrets`.
 *
 * @throws HeadgateError `bad-request` for a principal of another issuer, `already-exists` if it has two secrets
 */
export async function addSecret(
  deps: DirectoryDeps,
  change: RequestedChange,
  reference: string,
): Promise<{ readonly clientId: string; readonly clientSecret: string }> {
  const row = await requirePrincipal(deps.sql, reference)
  if (row.issuer !== ownIssuer) {
    throw new HeadgateError(
      'bad-request',
      `The principal ${row.name} is vouched for by ${row.issuer} and has no secrets here.`,
    )
  }
  change.audit.object = row.name
  const clientSecret = generateSecret()
  await changePolicy(deps, change, async (tx) => {
    if (await insertSecret(tx, row.id, hashSecret(clientSecret))) return
    throw new HeadgateError(
      'already-exists',
      `The principal ${row.name} has two secrets already: drop the old one first.`,
    )
  })
  return { clientId: row.subject, clientSecret }
}

/**
 * Deletes all secrets except the newest. Sessions that began with them continue until they end.
 *
 * @throws HeadgateError `no-such-object` if there is only one
 */
export async function dropOldSecrets(
  deps: DirectoryDeps,
  change: RequestedChange,
  reference: string,
): Promise<void> {
  const row = await requirePrincipal(deps.sql, reference)
  change.audit.object = row.name
  await changePolicy(deps, change, async (tx) => {
    if (await deleteOldSecrets(tx, row.id)) return
    throw new HeadgateError('no-such-object', `The principal ${row.name} has no old secret.`)
  })
}
