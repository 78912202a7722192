import { randomUUID } from 'node:crypto'
import { admits } from '../identity/subject-rules.ts'
import type { UserStatement } from '../identity/user-statement.ts'
import type { EngineRow } from '../store/engines.ts'
import { findNamed, makeNamed } from '../store/subjects.ts'
import type { TokenRequest } from './grant.ts'
import { invalidGrant } from './token-errors.ts'
import type { TokenParts } from './token-parts.ts'

/**
 * The id of the principal whom an engine means by a bare name: one of the issuer whose users its names are, made here if the
 * entry says so.
 *
 * @throws HeadgateError `invalid-grant`
 */
export async function namedSubject(
  { sql, external }: TokenParts,
  engine: EngineRow,
  { name }: UserStatement,
  note: TokenRequest['note'],
): Promise<string> {
  note({ for: name })
  const { namesIssuer: issuer } = engine
  if (issuer === null) {
    throw invalidGrant(
      `The entry of the engine ${engine.name} does not say whose users its names are: headgate engine set ${engine.name} --names-issuer …`,
    )
  }
  const found = await findNamed(sql, issuer, name)
  if (found.kind === 'several')
    throw invalidGrant(`Several users of ${issuer} sign in as this name: none is taken.`)
  if (found.kind === 'one') return found.id
  if (!engine.makesPrincipals) {
    throw invalidGrant(
      `There is no user of this name of ${issuer}. They must have signed in here once, or the entry must make them: headgate engine set ${engine.name} --makes-principals`,
      'unknown name',
    )
  }
  // The issuer may have been configured after the entry was made.
  if (external !== null && external.tokens.issuers.has(issuer))
    throw invalidGrant(
      `There is no user of this name of ${issuer}, and only a token of that issuer can make one: let them sign in here once.`,
      'unknown name of a configured issuer',
    )
  // Nobody is made whom the engine may not act for.
  if (!admits(engine.subjects, { issuer, subject: name, login: name, groups: [] }))
    throw invalidGrant(
      `The entry of the engine ${engine.name} does not let it act for users of this name: headgate engine set ${engine.name} --subject …`,
      'no subject rule fits',
    )
  const id = randomUUID()
  if (await makeNamed(sql, id, issuer, name)) {
    note({ made: id })
    return id
  }
  const made = await findNamed(sql, issuer, name)
  if (made.kind !== 'one') throw invalidGrant('The user was removed a moment ago.')
  return made.id
}
