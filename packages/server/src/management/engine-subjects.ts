import { HeadgateError } from '@headgate/errors'
import { hasPrincipalsOf, ownIssuer } from '../store/principals.ts'
import type { ManagementParts } from './administer.ts'
import { configuredIssuers } from './configured-issuers.ts'
import type { EngineEntry } from './engine-schemas.ts'

/**
 * Refuses a rule for users of an issuer of which nobody can come, which is a slip of the pen. Users come from Headgate itself,
 * from configured issuers, and from those whose users engines make principals, this one or another one before.
 *
 * @param before issuers that the entry names already: a rule stays good when its issuer leaves the configuration
 * @throws HeadgateError `bad-request`
 */
export async function refuseUnknownSubjects(
  { sql, issuers }: Pick<ManagementParts, 'sql' | 'issuers'>,
  { subjects, namesIssuer, makesPrincipals }: EngineEntry,
  before: ReadonlySet<string>,
): Promise<void> {
  const named = new Set(subjects.map(({ issuer }) => issuer))
  for (const issuer of named) {
    if (issuer === ownIssuer || issuers.has(issuer) || before.has(issuer)) continue
    if (makesPrincipals && issuer === namesIssuer) continue
    if (await hasPrincipalsOf(sql, issuer)) continue
    throw new HeadgateError(
      'bad-request',
      `No tokens of the issuer ${issuer} are taken here and nobody of it is known, so the engine would act for nobody there. ${configuredIssuers(issuers)} Principals made here are those of ${ownIssuer}.`,
    )
  }
}
