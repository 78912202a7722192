import { HeadgateError } from '@headgate/errors'
import { z } from 'zod'
import {
  deleteFederation,
  type FederationRow,
  insertFederation,
  listFederations,
} from '../store/client-federations.ts'
import { ownIssuer } from '../store/principals.ts'
import { administerServer, changePolicy, type ManagementParts } from './administer.ts'
import { defineOperation, type ManagementOperation } from './define.ts'
import { principalOf, principalParams } from './principals.ts'
import { instant, instantOf } from './schemas.ts'

const subject = 'principals'
/** For one client. */
const most = 16

interface FederationView {
  readonly issuer: string
  readonly subject: string
  readonly createdAt: string
}

const federationView: z.ZodType<FederationView> = z
  .strictObject({ issuer: z.string(), subject: z.string(), createdAt: instant })
  .meta({ id: 'ClientFederation' })

const party = z.strictObject({
  issuer: z.string().min(1).max(512).describe('A configured issuer, as its tokens name it.'),
  subject: z.string().min(1).max(512).describe('The sub of the tokens that prove this client.'),
})

/** Names under which other issuers know a client, whose tokens prove it. */
export function clientFederationOperations(parts: ManagementParts): readonly ManagementOperation[] {
  const { sql } = parts
  const common = { subject, params: principalParams } as const

  return [
    defineOperation({
      ...common,
      id: 'addClientFederation',
      method: 'POST',
      path: '/management/v1/principals/:principal/federations',
      summary:
        'Lets tokens of another issuer prove this client, such as those of a Kubernetes service account.',
      body: party,
      answer: { status: 201, schema: federationView, description: 'The name it is known by there.' },
      async run({ params, body }, call) {
        const decision = administerServer(call)
        const row = await principalOf(sql, params.principal)
        if (body.issuer === ownIssuer)
          throw new HeadgateError('bad-request', 'The issuer must be another one than Headgate itself.')
        call.audit.object = row.name
        call.audit.detail = { ...body }
        const made = await changePolicy(parts, call, decision, (tx) =>
          insertFederation(tx, row.id, body, most),
        )
        if (made) return viewOfFederation(made)
        throw new HeadgateError(
          'already-exists',
          `${body.subject} of ${body.issuer} proves a client already, or ${row.name} has ${most} such names.`,
        )
      },
    }),
    defineOperation({
      ...common,
      id: 'listClientFederations',
      method: 'GET',
      path: '/management/v1/principals/:principal/federations',
      summary: 'Lists the names under which other issuers know a client.',
      answer: {
        status: 200,
        schema: z.strictObject({ federations: z.array(federationView) }),
        description: 'All of them.',
      },
      async run({ params }, call) {
        administerServer(call)
        const row = await principalOf(sql, params.principal)
        return { federations: (await listFederations(sql, row.id)).map(viewOfFederation) }
      },
    }),
    defineOperation({
      ...common,
      id: 'removeClientFederation',
      method: 'POST',
      path: '/management/v1/principals/:principal/federations/remove',
      summary: 'Stops tokens of another issuer from proving this client.',
      body: party,
      answer: { status: 204, description: 'They prove it no more.' },
      async run({ params, body }, call) {
        const decision = administerServer(call)
        const row = await principalOf(sql, params.principal)
        call.audit.object = row.name
        call.audit.detail = { ...body }
        await changePolicy(parts, call, decision, async (tx) => {
          if (await deleteFederation(tx, row.id, body)) return
          throw new HeadgateError('no-such-object', `${row.name} is not known as ${body.subject} there.`)
        })
      },
    }),
  ]
}

function viewOfFederation({ issuer, subject, createdAt }: FederationRow): FederationView {
  return { issuer, subject, createdAt: instantOf(createdAt) }
}
