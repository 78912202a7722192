import { randomUUID } from 'node:crypto'
import { admits } from '../access/subject-rules.ts'
import type { UserStatement } from '../identity/user-statement.ts'
import type { EngineRow } from '../directory/engines.ts'
import { findNamed, makeNamed } from '../directory/subjects.ts'
import type { TokenRequest } from './grant.ts'
import { invalidGrant } from './token-errors.ts'
import type { TokenDeps } from './token-deps.ts'

/**
 * Returns the id of the principal for a user name that an engine sends without an issuer. The user belongs to the
 * issuer that the entry of the engine names (`namesIssuer`). Creates the principal if the entry allows it.
 *
 * @throws HeadgateError `invalid-grant`
 */
export async function namedSubject(
  { sql, external }: TokenDeps,
  engine: EngineRow,
  { name }: UserStatement,
  note: TokenRequest['note'],
): Promise<string> {
  note({ for: name })
  const { namesIssuer: issuer } = engine
  if (issuer === null) {
    throw invalidGrant(
      `The entry of the engine ${engine.name} has no issuer for user names. Set it: headgate engine set ${engine.name} --names-issuer …`,
    )
  }
  const found = await findNamed(sql, issuer, name)
  if (found.kind === 'several')
    throw invalidGrant(
      `Several users of ${issuer} sign in with this name: send a token of the user instead of the name.`,
    )
  if (found.kind === 'one') return found.id
  if (!engine.makesPrincipals) {
    throw invalidGrant(
      `No user of ${issuer} has this name. Let the user sign in once, or allow the engine to create principals: headgate engine set ${engine.name} --makes-principals`,
      'unknown name',
    )
  }
  // The issuer may have been configured after the engine entry was created. Only tokens of a configured
  // issuer may create its principals.
  if (external !== null && external.tokens.issuers.has(issuer))
    throw invalidGrant(
      `No user of ${issuer} has this name, and only a token of that issuer can create one: let the user sign in once.`,
      'the user name is unknown, and its issuer is configured',
    )
  // The server creates a principal only if the rules of the engine allow the engine to act for it.
  if (!admits(engine.subjects, { issuer, subject: name, login: name, groups: [] }))
    throw invalidGrant(
      `The entry of the engine ${engine.name} does not allow it to act for users with this name. Add a rule: headgate engine set ${engine.name} --subject …`,
      'no subject rule matches',
    )
  const id = randomUUID()
  if (await makeNamed(sql, id, issuer, name)) {
    note({ made: id })
    return id
  }
  const made = await findNamed(sql, issuer, name)
  if (made.kind !== 'one') throw invalidGrant('The user was removed during this request: try again.')
  return made.id
}
