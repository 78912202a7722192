import { randomUUID } from 'node:crypto'
import { HeadgateError } from '@headgate/errors'
import { z } from 'zod'
import { generateSecret, hashSecret } from '../identity/client-secret.ts'
import { insertSecret, listSecrets, type SecretRow } from '../store/client-secrets.ts'
import {
  deletePrincipal,
  findPrincipal,
  findPrincipalBySubject,
  insertPrincipal,
  listPrincipals,
  ownIssuer,
  type PrincipalRow,
} from '../store/principals.ts'
import type { Queryable } from '../store/sql.ts'
import { administerServer, changePolicy, type ManagementParts } from './administer.ts'
import { defineOperation, type ManagementOperation } from './define.ts'
import { splitName } from './groups.ts'
import { readPage } from './paging.ts'
import { id, idOrName, instant, instantOf, isId, newName, nextPageToken, pageParameters } from './schemas.ts'

/** A principal as management shows it. */
export interface PrincipalView {
  readonly id: string
  readonly issuer: string
  readonly subject: string
  readonly name: string
  readonly kind: 'service' | 'user'
  readonly enabled: boolean
  readonly createdAt: string
}

export const principalView: z.ZodType<PrincipalView> = z
  .strictObject({
    id,
    issuer: z.string().describe('Who vouches for the subject: headgate for principals made here.'),
    subject: z.string().describe('The client id of principals made here.'),
    name: z.string(),
    kind: z.enum(['service', 'user']),
    enabled: z.boolean(),
    createdAt: instant,
  })
  .meta({ id: 'Principal' })

/** A secret, told once. */
export interface SecretView {
  readonly clientId: string
  readonly clientSecret: string
}

export const secretView: z.ZodType<SecretView> = z
  .strictObject({ clientId: z.string(), clientSecret: z.string().describe('Shown here and never again.') })
  .meta({ id: 'ClientSecret' })

export const principalParams: z.ZodObject<{ principal: z.ZodType<string> }> = z.strictObject({
  principal: idOrName.describe('The id of the principal, the client id of one made here, or ISSUER#SUBJECT.'),
})

export function viewOfPrincipal({
  id,
  issuer,
  subject,
  name,
  kind,
  enabled,
  createdAt,
}: PrincipalRow): PrincipalView {
  return { id, issuer, subject, name, kind, enabled, createdAt: instantOf(createdAt) }
}

/** The principal of a path or body: by id, by subject, or by issuer, `#` and subject. Throws 404. */
export async function principalOf(sql: Queryable, given: string): Promise<PrincipalRow> {
  const [issuer, subject] = splitName(given)
  const row = isId(given)
    ? await findPrincipal(sql, given)
    : await findPrincipalBySubject(sql, issuer ?? ownIssuer, subject)
  if (!row) throw new HeadgateError('no-such-object', `There is no principal ${given}.`)
  return row
}

export function principalOperations(parts: ManagementParts): readonly ManagementOperation[] {
  const { sql, pageTokens } = parts
  const subject = 'principals'

  const createPrincipal = defineOperation({
    id: 'createPrincipal',
    method: 'POST',
    path: '/management/v1/principals',
    subject,
    summary: 'Makes a principal with a client secret. The secret is shown in this answer only.',
    body: z.strictObject({ name: newName.describe('Also the client id.') }),
    answer: {
      status: 201,
      schema: z.strictObject({ principal: principalView, secret: secretView }),
      description: 'The principal and its secret.',
    },
    async run({ body: { name } }, call) {
      const decision = administerServer(call)
      call.audit.object = name
      const clientSecret = generateSecret()
      const principal = await changePolicy(parts, call, decision, async (tx) => {
        const row = await insertPrincipal(tx, {
          id: randomUUID(),
          issuer: ownIssuer,
          subject: name,
          name,
          kind: 'service',
        })
        if (!row) throw new HeadgateError('already-exists', `There is a principal ${name} already.`)
        await insertSecret(tx, row.id, hashSecret(clientSecret))
        return row
      })
      return { principal: viewOfPrincipal(principal), secret: { clientId: name, clientSecret } }
    },
  })

  const list = defineOperation({
    id: 'listPrincipals',
    method: 'GET',
    path: '/management/v1/principals',
    subject,
    summary: 'Lists principals by name.',
    query: z.strictObject({
      name: idOrName.optional().describe('Only principals of exactly this name.'),
      ...pageParameters,
    }),
    answer: {
      status: 200,
      schema: z.strictObject({ principals: z.array(principalView), nextPageToken }),
      description: 'One page.',
    },
    async run({ query: { name = null, ...page } }, call) {
      administerServer(call)
      const { rows, nextPageToken } = await readPage(
        pageTokens,
        { list: JSON.stringify(['principals', name]), ...page },
        ([afterName, afterId], limit) =>
          listPrincipals(sql, {
            after: afterName !== undefined && afterId !== undefined ? { name: afterName, id: afterId } : null,
            name,
            limit,
          }),
        (row) => [row.name, row.id],
      )
      return { principals: rows.map(viewOfPrincipal), nextPageToken }
    },
  })

  const get = defineOperation({
    id: 'getPrincipal',
    method: 'GET',
    path: '/management/v1/principals/:principal',
    subject,
    summary: 'Shows a principal and when its secrets were made.',
    params: principalParams,
    answer: {
      status: 200,
      schema: z.strictObject({
        principal: principalView,
        secrets: z.array(z.strictObject({ createdAt: instant })).describe('Oldest first.'),
      }),
      description: 'The principal.',
    },
    async run({ params }, call) {
      administerServer(call)
      const row = await principalOf(sql, params.principal)
      return {
        principal: viewOfPrincipal(row),
        secrets: (await listSecrets(sql, row.id)).map(viewOfSecretAge),
      }
    },
  })

  const remove = defineOperation({
    id: 'deletePrincipal',
    method: 'DELETE',
    path: '/management/v1/principals/:principal',
    subject,
    summary: 'Deletes a principal with its secrets, memberships and grants. What it owns stays.',
    params: principalParams,
    answer: { status: 204, description: 'It is gone, and its sessions with it.' },
    async run({ params }, call) {
      const decision = administerServer(call)
      const row = await principalOf(sql, params.principal)
      refuseSelf(row, call.identity.principal.id, 'delete')
      call.audit.object = row.name
      await changePolicy(parts, call, decision, (tx) => deletePrincipal(tx, row.id))
    },
  })

  return [createPrincipal, list, get, remove]
}

/** Nobody locks themselves out by mistake; another administrator can do it. */
export function refuseSelf(row: PrincipalRow, callerId: string, verb: string): void {
  if (row.id === callerId)
    throw new HeadgateError('bad-request', `You cannot ${verb} yourself: ask another administrator.`)
}

function viewOfSecretAge({ createdAt }: SecretRow): { createdAt: string } {
  return { createdAt: instantOf(createdAt) }
}
