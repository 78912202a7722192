import { isHeadgateError } from '@headgate/errors'
import type { Identity } from '../identity/identity.ts'
import type { RefreshClaims } from './refresh-claims.ts'
import { refreshRefusal } from './refresh-error.ts'
import { openRefreshToken } from './refresh-token.ts'
import { lastingTokenOf, publicUrl, type TestLake, type TestTable, tokenOf } from './test-lake.ts'

export interface TestToken {
  readonly table: TestTable
  /** The one that slides. */
  readonly token: string
  /** The one in the endpoint. */
  readonly lasting: string
}

/** A table that the caller may write to, with tokens of theirs. */
export async function loadedTable(lake: TestLake, caller: Identity, name: string): Promise<TestToken> {
  const table = await lake.table(name)
  await lake.grant('modify', caller, table)
  const handedOut = await lake.load(table, caller)
  return { table, token: tokenOf(handedOut), lasting: lastingTokenOf(handedOut) }
}

/** A table that the caller is creating, with tokens of theirs. */
export async function stagedTable(lake: TestLake, caller: Identity, name: string): Promise<TestToken> {
  await lake.grant('create', caller)
  const table = await lake.staged(name, caller)
  const handedOut = await lake.load(table, caller)
  return { table, token: tokenOf(handedOut), lasting: lastingTokenOf(handedOut) }
}

/** Why the token was refused; throws when it was not, or in another way. */
export async function refusal(attempt: Promise<unknown>): Promise<string> {
  const error = await attempt.then(
    () => null,
    (thrown: unknown) => thrown,
  )
  if (!isHeadgateError(error, 'no-such-table')) throw new Error('it was not refused', { cause: error })
  return refreshRefusal(error) ?? 'no reason'
}

export async function claimsOf(lake: TestLake, token: string): Promise<RefreshClaims> {
  const opened = await openRefreshToken(lake.ring, token, { issuer: publicUrl, now: lake.now })
  if (!opened.ok) throw new Error(opened.reason)
  return opened.value
}
