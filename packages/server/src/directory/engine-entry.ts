import { HeadgateError } from '@headgate/errors'
import { type EngineRow, type EngineSettings } from '../store/engines.ts'
import { hasPrincipalsOf, ownIssuer } from '../store/principals.ts'
import { listConfiguredIssuers } from './configured-issuers.ts'
import type { DirectoryDeps } from './deps.ts'

/** Entry of an engine: for which users it may act, where, and with which privileges. */
export interface EngineEntry extends Omit<EngineSettings, 'warehouses'> {
  /** Names or ids; null: no limit. */
  readonly warehouses: readonly string[] | null
}

/** New values of some fields of an entry. */
export type EngineEntryChange = {
  readonly [name in keyof EngineEntry]?: EngineEntry[name] | undefined
}

/** Returns the entry of a stored engine. Warehouses are ids. */
export function entryOfRow(row: EngineRow): EngineEntry {
  const { id: _, name: __, issuer: ___, subject: ____, enabled: _5, notBefore: _6, ...rest } = row
  const { createdAt: _7, updatedAt: _8, ...entry } = rest
  return entry
}

/** Returns an entry with the changed fields replaced. */
export function changeEntry(entry: EngineEntry, change: EngineEntryChange): EngineEntry {
  const changed = Object.entries(change).filter(([, value]) => value !== undefined)
  return { ...entry, ...(Object.fromEntries(changed) as Partial<EngineEntry>) }
}

/**
 * Refuses an entry with rules that contradict each other or name unknown users.
 *
 * @param before issuers that the entry named already. A rule stays valid when its issuer leaves the configuration
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

/** Users come from Headgate, from configured issuers, and from issuers whose users an engine creates as principals. */
async function refuseUnknownSubjects(
  { sql, issuers }: Pick<DirectoryDeps, 'sql' | 'issuers'>,
  { subjects, namesIssuer, makesPrincipals }: EngineEntry,
  before: ReadonlySet<string>,
): Promise<void> {
  for (const issuer of new Set(subjects.map((rule) => rule.issuer))) {
    if (issuer === ownIssuer || issuers.has(issuer) || before.has(issuer)) continue
    if (makesPrincipals && issuer === namesIssuer) continue
    if (await hasPrincipalsOf(sql, issuer)) continue
    throw new HeadgateError(
      'bad-request',
      `The server accepts no tokens of the issuer ${issuer} and knows none of its users, so the engine could not act for any of them. ${listConfiguredIssuers(issuers)} Principals of this server have the issuer ${ownIssuer}.`,
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
      'An engine that states user names needs namesIssuer: the issuer whose users these names are.',
    )
  }
  if (makesPrincipals && namesIssuer === ownIssuer) {
    throw new HeadgateError(
      'bad-request',
      'An engine cannot make principals of Headgate itself: set namesIssuer to another name for its users, such as ldap.',
    )
  }
  // A principal created from a login would be a second one next to the principal of the issuer's own token.
  if (makesPrincipals && namesIssuer !== null && issuers.has(namesIssuer)) {
    throw new HeadgateError(
      'bad-request',
      `An engine cannot make principals of ${namesIssuer}: only a token of this issuer says what their sub is. Leave makesPrincipals out: its users are known here once they have signed in.`,
    )
  }
}
