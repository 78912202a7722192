import { randomUUID } from 'node:crypto'
import { HeadgateError } from '@headgate/errors'
import { ensureGroup, findGroup, findGroupByName, type GroupRow } from '../store/groups.ts'
import { listConfiguredIssuers } from './configured-issuers.ts'
import type { DirectoryDeps } from './deps.ts'
import { isId, parseExternalName } from './external-name.ts'

export { type GroupRow, listGroups } from '../store/groups.ts'

/**
 * Finds a group by its id or by `ISSUER#NAME`.
 *
 * @param isReceiver true when the group will receive a grant or a role. The function then creates a group that no token
 *   has contained yet, so that its first member has these rights immediately. The issuer of the group must be
 *   configured
 * @throws HeadgateError `no-such-object`, `bad-request`
 */
export async function requireGroup(
  { sql, issuers }: Pick<DirectoryDeps, 'sql' | 'issuers'>,
  reference: string,
  isReceiver: boolean,
): Promise<GroupRow> {
  const { issuer, name } = parseExternalName(reference)
  if (isReceiver && issuer !== null) {
    refuseUnknownIssuer(issuer, issuers)
    await ensureGroup(sql, { id: randomUUID(), issuer, name })
  }
  const row = isId(reference)
    ? await findGroup(sql, reference)
    : issuer === null
      ? null
      : await findGroupByName(sql, issuer, name)
  if (!row)
    throw new HeadgateError(
      'no-such-object',
      `Group ${reference} does not exist. Name a group as ISSUER#NAME.`,
    )
  if (isReceiver) refuseUnknownIssuer(row.issuer, issuers)
  return row
}

function refuseUnknownIssuer(issuer: string, issuers: ReadonlySet<string>): void {
  if (issuers.has(issuer)) return
  throw new HeadgateError(
    'bad-request',
    `The server accepts no tokens of the issuer ${issuer}, so the group would have no members. ${listConfiguredIssuers(issuers)}`,
  )
}
