import { HeadgateError } from '@headgate/errors'
import type { z } from 'zod'
import type { Call } from '../http/operation.ts'
import type { Identity, Principal } from '../identity/identity.ts'
import { findEngine } from '../store/engines.ts'
import type { Queryable } from '../store/sql.ts'
import { principalOf } from './principals.ts'
import { idOrName } from './schemas.ts'

/** Whose rights are asked for. */
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
    .describe('Whose rights: the id, the client id, or ISSUER#SUBJECT. Absent: the caller.'),
  engine: idOrName
    .optional()
    .describe(
      'The engine that acts for the principal, by id or client id. Absent: nobody, or as in this call.',
    ),
}

/** True when only the caller is asked about, as it calls: everybody may. */
export function isOwn({ principal, engine }: AskedAbout, { identity }: Pick<Call, 'identity'>): boolean {
  const { id, issuer, subject } = identity.principal
  return (
    engine === undefined &&
    [undefined, id, issuer === 'headgate' ? subject : `${issuer}#${subject}`].includes(principal)
  )
}

/**
 * Whom it is about, as if it called with a proof of its own. Nobody may ask about others without `manage` on the object,
 * so this is not to be called before.
 */
export async function identityOf(sql: Queryable, asked: AskedAbout, call: Call): Promise<Identity> {
  if (isOwn(asked, call)) return call.identity
  const principal =
    asked.principal === undefined ? call.identity.principal : await principalOf(sql, asked.principal)
  const actors = asked.engine === undefined ? [] : [await engineOf(sql, asked.engine)]
  return { principal: named(principal), actors, method: 'external-token', expiresAt: null }
}

async function engineOf(sql: Queryable, given: string): Promise<Principal> {
  const principal = await principalOf(sql, given)
  if ((await findEngine(sql, principal.id)) === null)
    throw new HeadgateError(
      'no-such-object',
      `The principal ${given} is no engine: see headgate engine list.`,
    )
  return named(principal)
}

function named({ id, issuer, subject, name }: Principal): Principal {
  return { id, issuer, subject, name }
}
