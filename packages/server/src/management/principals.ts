import { z } from 'zod'
import {
  createPrincipal,
  deletePrincipal,
  disablePrincipal,
  enablePrincipal,
  listPrincipals,
  listSecrets,
  type PrincipalRow,
  requirePrincipal,
  type SecretRow,
  stopSessions,
} from '../directory/principals.ts'
import { administerServer, type ManagementDeps, requestServerChange } from './administer.ts'
import { defineOperation, type ManagementOperation } from './define.ts'
import { readPage } from './paging.ts'
import { id, idOrName, instant, formatInstant, newName, nextPageToken, pageParameters } from './schemas.ts'

/** Principal in responses of the management API. */
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
    issuer: z
      .string()
      .describe('Issuer that assigned the subject. For principals of this server, the issuer is headgate.'),
    subject: z
      .string()
      .describe('Subject at the issuer. For principals of this server, it is the client id.'),
    name: z.string(),
    kind: z.enum(['service', 'user']),
    enabled: z.boolean(),
    createdAt: instant,
  })
  .meta({ id: 'Principal' })

/** Response with a client secret. No other response contains the secret. */
export interface SecretView {
  readonly clientId: string
  readonly clientSecret: string
}

export const secretView: z.ZodType<SecretView> = z
  .strictObject({
    clientId: z.string(),
    clientSecret: z.string().describe('The client secret. No later response contains it.'),
  })
  .meta({ id: 'ClientSecret' })

export const principalParams: z.ZodObject<{ principal: z.ZodType<string> }> = z.strictObject({
  principal: idOrName.describe(
    'Id of the principal, client id of a principal of this server, or ISSUER#SUBJECT.',
  ),
})

export function toPrincipalView({
  id,
  issuer,
  subject,
  name,
  kind,
  enabled,
  createdAt,
}: PrincipalRow): PrincipalView {
  return { id, issuer, subject, name, kind, enabled, createdAt: formatInstant(createdAt) }
}

export function principalOperations(deps: ManagementDeps): readonly ManagementOperation[] {
  const { sql, pageTokens } = deps
  const subject = 'principals'

  const create = defineOperation({
    id: 'createPrincipal',
    method: 'POST',
    path: '/management/v1/principals',
    subject,
    summary: 'Creates a principal with a client secret. Only this response contains the secret.',
    body: z.strictObject({ name: newName.describe('Name of the principal, which is also its client id.') }),
    errors: {
      'already-exists': 'A principal with this name exists.',
    },
    response: {
      status: 201,
      schema: z.strictObject({ principal: principalView, secret: secretView }),
      description: 'The created principal and its client secret.',
    },
    async run({ body: { name } }, call) {
      const { principal, clientSecret } = await createPrincipal(deps, requestServerChange(call), name)
      return { principal: toPrincipalView(principal), secret: { clientId: name, clientSecret } }
    },
  })

  const list = defineOperation({
    id: 'listPrincipals',
    method: 'GET',
    path: '/management/v1/principals',
    subject,
    summary: 'Lists principals by name.',
    query: z.strictObject({
      name: idOrName.optional().describe('Lists only principals of exactly this name.'),
      ...pageParameters,
    }),
    response: {
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
      return { principals: rows.map(toPrincipalView), nextPageToken }
    },
  })

  const get = defineOperation({
    id: 'getPrincipal',
    method: 'GET',
    path: '/management/v1/principals/:principal',
    subject,
    summary: 'Shows a principal and the times at which its secrets were created.',
    params: principalParams,
    response: {
      status: 200,
      schema: z.strictObject({
        principal: principalView,
        secrets: z.array(z.strictObject({ createdAt: instant })).describe('Oldest first.'),
      }),
      description: 'The principal.',
    },
    async run({ params }, call) {
      administerServer(call)
      const row = await requirePrincipal(sql, params.principal)
      return {
        principal: toPrincipalView(row),
        secrets: (await listSecrets(sql, row.id)).map(toSecretView),
      }
    },
  })

  const remove = defineOperation({
    id: 'deletePrincipal',
    method: 'DELETE',
    path: '/management/v1/principals/:principal',
    subject,
    summary: 'Deletes a principal with its secrets, memberships and grants. Objects that it owns remain.',
    params: principalParams,
    response: { status: 204, description: 'The principal was deleted, and its sessions ended.' },
    async run({ params }, call) {
      await deletePrincipal(deps, requestServerChange(call), params.principal)
    },
  })

  return [create, list, get, remove]
}

/** Returns the operations that enable or disable a principal, or end its sessions. */
export function principalStateOperations(deps: ManagementDeps): readonly ManagementOperation[] {
  const common = { method: 'POST', subject: 'principals', params: principalParams } as const
  const response = {
    status: 200,
    schema: principalView,
    description: 'The principal with its changed state.',
  } as const

  return [
    defineOperation({
      ...common,
      response,
      id: 'enablePrincipal',
      path: '/management/v1/principals/:principal/enable',
      summary:
        'Enables a disabled principal. Earlier tokens that have not expired are accepted again; stopSessions invalidates them.',
      run: async ({ params }, call) =>
        toPrincipalView(await enablePrincipal(deps, requestServerChange(call), params.principal)),
    }),
    defineOperation({
      ...common,
      response,
      id: 'disablePrincipal',
      path: '/management/v1/principals/:principal/disable',
      summary: 'Disables a principal: it gets no new tokens, and its tokens and signed requests are refused.',
      run: async ({ params }, call) =>
        toPrincipalView(await disablePrincipal(deps, requestServerChange(call), params.principal)),
    }),
    defineOperation({
      ...common,
      response,
      id: 'stopSessions',
      path: '/management/v1/principals/:principal/stop-sessions',
      summary: 'Invalidates every token issued before now. The secrets and access keys remain.',
      run: async ({ params }, call) =>
        toPrincipalView(await stopSessions(deps, requestServerChange(call), params.principal)),
    }),
  ]
}

function toSecretView({ createdAt }: SecretRow): { createdAt: string } {
  return { createdAt: formatInstant(createdAt) }
}
