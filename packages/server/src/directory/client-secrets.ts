import { HeadgateError } from '@headgate/errors'
import { generateSecret, hashSecret } from '../identity/client-secret.ts'
import {
  dropOldSecrets as deleteOldSecrets,
  findClientBySecret,
  insertSecret,
} from '../store/client-secrets.ts'
import type { DirectoryDeps } from './deps.ts'
import { changePolicy, type RequestedChange } from './policy-change.ts'
import { ownIssuer, type PrincipalRow, requirePrincipal } from './principals.ts'

/**
 * Adds a second secret to a client. The earlier secret stays valid until `dropOldSecrets` is called.
 *
 * @throws HeadgateError `bad-request` for a principal of another issuer, `already-exists` if it has two secrets
 */
export async function addSecret(
  deps: DirectoryDeps,
  change: RequestedChange,
  reference: string,
): Promise<{ readonly clientId: string; readonly clientSecret: string }> {
  const row = await requireOwnClient(deps, reference)
  change.audit.object = row.name
  const clientSecret = generateSecret()
  await changePolicy(deps, change, async (tx) => {
    if (!(await insertSecret(tx, row.id, hashSecret(clientSecret)))) throw twoSecrets(row)
  })
  return { clientId: row.subject, clientSecret }
}

/**
 * Adds an existing secret to a client, for example a secret from another server. Returns false if the client already
 * has this secret here.
 *
 * @param clientSecret secret in the format of `generateSecret`. Only its digest is stored, so it must be as random as a
 *   generated one
 * @throws HeadgateError `bad-request` for a principal of another issuer, `already-exists` if it has two secrets, or if
 *   another client has this secret
 */
export async function importSecret(
  deps: DirectoryDeps,
  change: RequestedChange,
  reference: string,
  clientSecret: string,
): Promise<boolean> {
  const row = await requireOwnClient(deps, reference)
  change.audit.object = row.name
  const digest = hashSecret(clientSecret)
  return changePolicy(deps, change, async (tx) => {
    // Policy changes are serialized, so no other change can add this secret at the same time.
    const holder = await findClientBySecret(tx, digest)
    if (holder?.id === row.id) return false
    if (holder !== null)
      throw new HeadgateError(
        'already-exists',
        'Another client already has this secret. Generate another secret.',
      )
    if (!(await insertSecret(tx, row.id, digest))) throw twoSecrets(row)
    return true
  })
}

/**
 * Deletes all secrets except the newest. Sessions that began with the deleted secrets continue until they end.
 *
 * @throws HeadgateError `no-such-object` if the client has only one secret
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
    throw new HeadgateError(
      'no-such-object',
      `The principal ${row.name} has only one secret, so there is no old secret to drop.`,
    )
  })
}

/**
 * Finds the principal of a client that authenticates at this server, by its id or client id.
 *
 * @throws HeadgateError `no-such-object` if the principal does not exist, or `bad-request` if it belongs to another
 * issuer
 */
async function requireOwnClient({ sql }: DirectoryDeps, reference: string): Promise<PrincipalRow> {
  const row = await requirePrincipal(sql, reference)
  if (row.issuer === ownIssuer) return row
  throw new HeadgateError(
    'bad-request',
    `The principal ${row.name} authenticates at ${row.issuer}, so it has no secrets here.`,
  )
}

function twoSecrets({ name }: PrincipalRow): HeadgateError {
  return new HeadgateError(
    'already-exists',
    `The principal ${name} already has two secrets: drop the old secret first.`,
  )
}
