import { z } from 'zod'
import { ownIssuer } from '../directory/principals.ts'
import { registerPrincipal } from '../directory/register-principal.ts'
import { type ManagementDeps, requestServerChange } from './administer.ts'
import { defineOperation, type ManagementOperation } from './define.ts'
import { principalView, toPrincipalView } from './principals.ts'
import { newName } from './schemas.ts'

const text = z.string().min(1).max(512)

const body = z
  .strictObject({
    issuer: text
      .default(ownIssuer)
      .describe('headgate for clients of this server, otherwise the exact iss of tokens of the issuer.'),
    subject: text.describe(
      'Client id of a client of this server, or the sub in tokens of a user of another issuer.',
    ),
    name: text
      .optional()
      .describe(
        'Display name, only for users of other issuers. Default: the subject. The name in a token of the user replaces it.',
      ),
    allowUnknownIssuer: z
      .boolean()
      .default(false)
      .describe(
        'Accept an issuer that is not configured and has no known users, because an engine will name users of this issuer.',
      ),
  })
  .superRefine(({ issuer, subject, name }, { addIssue }) => {
    if (issuer !== ownIssuer) return
    if (name !== undefined && name !== subject)
      addIssue({
        code: 'custom',
        path: ['name'],
        message: 'for clients of this server, it must be the client id',
      })
    const { error } = newName.safeParse(subject)
    for (const { message } of error?.issues ?? []) addIssue({ code: 'custom', path: ['subject'], message })
  })
  .meta({ id: 'PrincipalRegistration' })

/** Returns the operation that creates a principal without a secret. */
export function registerPrincipalOperations(deps: ManagementDeps): readonly ManagementOperation[] {
  return [
    defineOperation({
      id: 'registerPrincipal',
      method: 'POST',
      path: '/management/v1/principals/register',
      subject: 'principals',
      summary:
        'Creates a principal without a secret: a client that authenticates with keys or federations, or a user of another issuer before the first request of this user.',
      body,
      errors: {
        'already-exists': 'The principal exists.',
      },
      response: { status: 201, schema: principalView, description: 'The principal.' },
      run: async ({ body: { subject, name = subject, ...rest } }, call) =>
        toPrincipalView(await registerPrincipal(deps, requestServerChange(call), { ...rest, subject, name })),
    }),
  ]
}
