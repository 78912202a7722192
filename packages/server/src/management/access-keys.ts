import { z } from 'zod'
import { type AccessKeyRow, addAccessKey, listAccessKeys, removeAccessKey } from '../directory/access-keys.ts'
import { administerServer, type ManagementDeps, requestServerChange } from './administer.ts'
import { defineOperation, type ManagementOperation } from './define.ts'
import { principalParams } from './principals.ts'
import { formatInstant, instant } from './schemas.ts'

const subject = 'principals'
const accessKeyId = z.string().describe('Access key id, which signed requests contain.')

interface AccessKeyView {
  readonly accessKeyId: string
  readonly createdAt: string
}

const accessKeyView: z.ZodType<AccessKeyView> = z
  .strictObject({ accessKeyId, createdAt: instant })
  .meta({ id: 'AccessKey' })

interface NewAccessKeyView extends AccessKeyView {
  readonly secretAccessKey: string
}

const newAccessKeyView: z.ZodType<NewAccessKeyView> = z
  .strictObject({
    accessKeyId,
    secretAccessKey: z.string().describe('The secret of the access key. No later response contains it.'),
    createdAt: instant,
  })
  .meta({ id: 'NewAccessKey' })

/**
 * Returns the operations for access keys, with which clients sign requests (AWS Signature Version 4). An access key is
 * rotated by adding a second one, configuring the clients, and removing the first.
 */
export function accessKeyOperations(deps: ManagementDeps): readonly ManagementOperation[] {
  const common = { subject, params: principalParams } as const

  return [
    defineOperation({
      ...common,
      id: 'addAccessKey',
      method: 'POST',
      path: '/management/v1/principals/:principal/access-keys',
      summary:
        'Creates an access key, with which clients of the principal sign requests (AWS Signature Version 4). Only this response contains its secret. A principal has at most two access keys.',
      errors: {
        'already-exists': 'The principal has two access keys. Remove one of them first.',
      },
      response: { status: 201, schema: newAccessKeyView, description: 'The access key with its secret.' },
      async run({ params }, call) {
        const { createdAt, ...key } = await addAccessKey(deps, requestServerChange(call), params.principal)
        return { ...key, createdAt: formatInstant(createdAt) }
      },
    }),
    defineOperation({
      ...common,
      id: 'listAccessKeys',
      method: 'GET',
      path: '/management/v1/principals/:principal/access-keys',
      summary: 'Lists the access keys of a principal without their secrets, the oldest first.',
      response: {
        status: 200,
        schema: z.strictObject({ accessKeys: z.array(accessKeyView) }),
        description: 'All access keys of the principal.',
      },
      async run({ params }, call) {
        administerServer(call)
        return { accessKeys: (await listAccessKeys(deps, params.principal)).map(toAccessKeyView) }
      },
    }),
    defineOperation({
      subject,
      id: 'removeAccessKey',
      method: 'DELETE',
      path: '/management/v1/principals/:principal/access-keys/:accessKey',
      summary:
        'Removes an access key. Requests that are signed with it are refused at once, and storage access that began with it cannot be renewed.',
      params: z.strictObject({
        ...principalParams.shape,
        accessKey: z.string().min(1).max(128).describe('Access key id.'),
      }),
      response: { status: 204, description: 'The access key was removed.' },
      run: ({ params }, call) =>
        removeAccessKey(deps, requestServerChange(call), params.principal, params.accessKey),
    }),
  ]
}

function toAccessKeyView({ id, createdAt }: AccessKeyRow): AccessKeyView {
  return { accessKeyId: id, createdAt: formatInstant(createdAt) }
}
