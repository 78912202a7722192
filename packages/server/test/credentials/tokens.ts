import { isHeadgateError } from '@headgate/errors'
import type { ProvenIdentity } from '../../src/proven-identity.ts'
import type { RefreshClaims } from '../../src/credentials/refresh-claims.ts'
import { findRefreshRefusal } from '../../src/credentials/refresh-error.ts'
import { openRefreshToken } from '../../src/credentials/refresh-token.ts'
import {
  readLastingToken,
  publicUrl,
  type CredentialFixture,
  type TestTable,
  readToken,
} from './credential-fixture.ts'

export interface TestToken {
  readonly table: TestTable
  /** Refresh token from the credential's field. Each refresh returns one with a later expiry. */
  readonly token: string
  /** Refresh token from the credential's refresh endpoint. */
  readonly lasting: string
}

/** Creates a table that the caller may write. Returns the refresh tokens that a load issues to the caller. */
export async function loadedTable(
  fixture: CredentialFixture,
  caller: ProvenIdentity,
  name: string,
): Promise<TestToken> {
  const table = await fixture.table(name)
  await fixture.grant('modify', caller, table)
  const loaded = await fixture.load(table, caller)
  return { table, token: readToken(loaded), lasting: readLastingToken(loaded) }
}

/** Stages a table. Returns the refresh tokens that are issued to the caller. */
export async function stagedTable(
  fixture: CredentialFixture,
  caller: ProvenIdentity,
  name: string,
): Promise<TestToken> {
  await fixture.grant('create', caller)
  const table = await fixture.staged(name, caller)
  const loaded = await fixture.load(table, caller)
  return { table, token: readToken(loaded), lasting: readLastingToken(loaded) }
}

/**
 * Returns the reason of a refused refresh. Throws when the token is accepted, or when another error is
 * returned.
 */
export async function refusal(attempt: Promise<unknown>): Promise<string> {
  const error = await attempt.then(
    () => null,
    (thrown: unknown) => thrown,
  )
  if (!isHeadgateError(error, 'no-such-table')) throw new Error('the token was accepted', { cause: error })
  return findRefreshRefusal(error) ?? 'no reason'
}

export async function openClaims(fixture: CredentialFixture, token: string): Promise<RefreshClaims> {
  const opened = await openRefreshToken(fixture.ring, token, { issuer: publicUrl, now: fixture.now })
  if (!opened.ok) throw new Error(opened.reason)
  return opened.value
}
