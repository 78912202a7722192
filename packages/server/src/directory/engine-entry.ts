import { HeadgateError } from '@headgate/errors'
import { type EngineRow, type EngineSettings } from '../store/engines.ts'
import { hasPrincipals, ownIssuer } from '../store/principals.ts'
import { listConfiguredIssuers } from './configured-issuers.ts'
import type { DirectoryDeps } from './deps.ts'

/**
 * Entry (registration) of an engine. It limits for which users the engine may act, in which warehouses, and with which
 * privileges.
 */
export interface EngineEntry extends Omit<EngineSettings, 'warehouses'> {
  /** Names or ids of the warehouses that the engine may use. Null when it may use all warehouses. */
  readonly warehouses: readonly string[] | null
}

/** New values for some fields of an engine entry. */
export type EngineEntryChange = {
  readonly [name in keyof EngineEntry]?: EngineEntry[name] | undefined
}

/** Converts the database row of an engine to its entry. The warehouses in the entry are ids. */
export function entryOfRow(row: EngineRow): EngineEntry {
  const { id: _, name: __, issuer: ___, subject: ____, enabled: _5, notBefore: _6, ...rest } = row
  const { createdAt: _7, updatedAt: _8, ...entry } = rest
  return entry
}

/** Returns an engine entry in which the changed fields are replaced. */
export function changeEntry(entry: EngineEntry, change: EngineEntryChange): EngineEntry {
  const changed = Object.entries(change).filter(([, value]) => value !== undefined)
  return { ...entry, ...(Object.fromEntries(changed) as Partial<EngineEntry>) }
}

/**
 * Refuses an entry whose rules contradict each other or name issuers without known users.
 *
 * @param before issuers in the entry before the change. Rules with these issuers stay valid even if the issuers are no
 *   longer configured
 * @throws HeadgateError `bad-request`
 */
export async function checkEntry(
  deps: Pick<DirectoryDeps, 'sql' | 'issuers'>,
  entry: EngineEntry,
  before: ReadonlySet<string>,
): Promise<void> {
  await refuseUnknownSubjects(deps, entry, before)
  refuseContradictions(entry, deps.issuers)
}

/**
 * Refuses subject rules for issuers whose users the server cannot know. The server knows users of Headgate itself, of
 * configured issuers, and of issuers for whose users an engine creates principals.
 */
async function refuseUnknownSubjects(
  { sql, issuers }: Pick<DirectoryDeps, 'sql' | 'issuers'>,
  { subjects, namesIssuer, makesPrincipals }: EngineEntry,
  before: ReadonlySet<string>,
): Promise<void> {
  for (const issuer of new Set(subjects.map((rule) => rule.issuer))) {
    if (issuer === ownIssuer || issuers.has(issuer) || before.has(issuer)) continue
    if (makesPrincipals && issuer === namesIssuer) continue
    if (await hasPrincipals(sql, issuer)) continue
    throw new HeadgateError(
      'bad-request',
      `The server accepts no tokens of the issuer ${issuer} and has no principals of it, so the engine could not act for any of its users. ${listConfiguredIssuers(issuers)} Principals of this server have the issuer ${ownIssuer}.`,
    )
  }
}

function refuseContradictions(
  { namesIssuer, unsignedSubjects, assertions, makesPrincipals }: EngineEntry,
  issuers: ReadonlySet<string>,
): void {
  if (namesIssuer === null && (unsignedSubjects || assertions || makesPrincipals)) {
    throw new HeadgateError(
      'bad-request',
      'An engine that names its users without a token needs namesIssuer: the issuer to which these user names belong.',
    )
  }
  if (makesPrincipals && namesIssuer === ownIssuer) {
    throw new HeadgateError(
      'bad-request',
      'An engine cannot create principals of Headgate itself: set namesIssuer to another name for its users, such as ldap.',
    )
  }
  // A token of a configured issuer creates the principal of its user. A principal that the engine creates would be a
  // second principal of the same user.
  if (makesPrincipals && namesIssuer !== null && issuers.has(namesIssuer)) {
    throw new HeadgateError(
      'bad-request',
      `An engine cannot create principals of ${namesIssuer}, because only a token of this issuer contains the sub of a user. Remove makesPrincipals. The principal of a user is created when the user signs in for the first time.`,
    )
  }
}
