import { HeadgateError } from '@headgate/errors'
import type { z } from 'zod'
import type { Call } from '../operation/operation.ts'
import type { ProvenIdentity, Principal } from '../proven-identity.ts'
import { findEngine } from '../directory/engines.ts'
import { requirePrincipal } from '../directory/principals.ts'
import type { ManagementDeps } from './administer.ts'
import { idOrName } from './schemas.ts'

/** Principal and engine whose rights a caller requests. */
export interface AskedAbout {
  readonly principal?: string | undefined
  readonly engine?: string | undefined
}

export const askedAbout: {
  readonly principal: z.ZodOptional<z.ZodType<string>>
  readonly engine: z.ZodOptional<z.ZodType<string>>
} = {
  principal: idOrName
    .optional()
    .describe('Id, client id, or ISSUER#SUBJECT of the principal. Absent: the caller.'),
  engine: idOrName
    .optional()
    .describe(
      'Id or client id of the engine that acts for the principal. Absent: no engine or, if the principal is the caller, the engine of this call.',
    ),
}

/**
 * Returns true if the caller requests its own rights in its current session. Every caller may request its own rights.
 */
export function isOwn({ principal, engine }: AskedAbout, { identity }: Pick<Call, 'identity'>): boolean {
  const { id, issuer, subject } = identity.principal
  return (
    engine === undefined &&
    [undefined, id, issuer === 'headgate' ? subject : `${issuer}#${subject}`].includes(principal)
  )
}

/**
 * Returns the identity whose rights are requested, as if it had authenticated itself. Call this function only
 * after the caller was found to have `manage` on the object, because other callers must not learn which
 * principals exist.
 */
export async function findAskedIdentity(
  sql: ManagementDeps['sql'],
  asked: AskedAbout,
  call: Call,
): Promise<ProvenIdentity> {
  if (isOwn(asked, call)) return call.identity
  const principal =
    asked.principal === undefined ? call.identity.principal : await requirePrincipal(sql, asked.principal)
  const actors = asked.engine === undefined ? [] : [await requireEnginePrincipal(sql, asked.engine)]
  return { principal: named(principal), actors, method: 'external-token', expiresAt: null }
}

async function requireEnginePrincipal(sql: ManagementDeps['sql'], reference: string): Promise<Principal> {
  const principal = await requirePrincipal(sql, reference)
  if ((await findEngine(sql, principal.id)) === null)
    throw new HeadgateError(
      'no-such-object',
      `The principal ${reference} is not an engine. headgate engine list shows all engines.`,
    )
  return named(principal)
}

function named({ id, issuer, subject, name }: Principal): Principal {
  return { id, issuer, subject, name }
}
