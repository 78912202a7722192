import { isHeadgateError } from '@headgate/errors'
import type { ProvenIdentity } from '../../src/proven-identity.ts'
import type { RefreshClaims } from '../../src/credentials/refresh-claims.ts'
import { refreshRefusal } from '../../src/credentials/refresh-error.ts'
import { openRefreshToken } from '../../src/credentials/refresh-token.ts'
import { lastingTokenOf, publicUrl, type TestLake, type TestTable, tokenOf } from './lake.ts'

export interface TestToken {
  readonly table: TestTable
  /** Token of the field, which each refresh extends. */
  readonly token: string
  /** Token of the endpoint. */
  readonly lasting: string
}

/** Creates a table that the caller may write, and returns its tokens for the caller. */
export async function loadedTable(lake: TestLake, caller: ProvenIdentity, name: string): Promise<TestToken> {
  const table = await lake.table(name)
  await lake.grant('modify', caller, table)
  const handedOut = await lake.load(table, caller)
  return { table, token: tokenOf(handedOut), lasting: lastingTokenOf(handedOut) }
}

/** Stages a table, and returns its tokens for the caller. */
export async function stagedTable(lake: TestLake, caller: ProvenIdentity, name: string): Promise<TestToken> {
  await lake.grant('create', caller)
  const table = await lake.staged(name, caller)
  const handedOut = await lake.load(table, caller)
  return { table, token: tokenOf(handedOut), lasting: lastingTokenOf(handedOut) }
}

/** Returns the reason for which the token was refused. Throws when it was accepted, or another error was returned. */
export async function refusal(attempt: Promise<unknown>): Promise<string> {
  const error = await attempt.then(
    () => null,
    (thrown: unknown) => thrown,
  )
  if (!isHeadgateError(error, 'no-such-table')) throw new Error('the token was accepted', { cause: error })
  return refreshRefusal(error) ?? 'no reason'
}

export async function claimsOf(lake: TestLake, token: string): Promise<RefreshClaims> {
  const opened = await openRefreshToken(lake.ring, token, { issuer: publicUrl, now: lake.now })
  if (!opened.ok) throw new Error(opened.reason)
  return opened.value
}
