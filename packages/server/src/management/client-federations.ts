import { z } from 'zod'
import {
  addFederation,
  type FederationRow,
  listClientFederations,
  removeFederation,
} from '../directory/client-federations.ts'
import { administerServer, type ManagementDeps, requestServerChange } from './administer.ts'
import { defineOperation, type ManagementOperation } from './define.ts'
import { principalParams } from './principals.ts'
import { instant, formatInstant } from './schemas.ts'

const subject = 'principals'

interface FederationView {
  readonly issuer: string
  readonly subject: string
  readonly createdAt: string
}

const federationView: z.ZodType<FederationView> = z
  .strictObject({ issuer: z.string(), subject: z.string(), createdAt: instant })
  .meta({ id: 'ClientFederation' })

const party = z.strictObject({
  issuer: z.string().min(1).max(512).describe('A configured issuer: the iss of its tokens.'),
  subject: z.string().min(1).max(512).describe('The sub of the tokens that authenticate this client.'),
})

/**
 * Returns the operations for federations of a client: issuers and subjects whose tokens authenticate the
 * client.
 */
export function clientFederationOperations(deps: ManagementDeps): readonly ManagementOperation[] {
  const common = { subject, params: principalParams } as const

  return [
    defineOperation({
      ...common,
      id: 'addClientFederation',
      method: 'POST',
      path: '/management/v1/principals/:principal/federations',
      summary:
        'Registers an issuer and a subject whose tokens authenticate this client, for example those of a Kubernetes service account.',
      body: party,
      errors: {
        'already-exists': 'A client has this name already, or it has the maximum number of names.',
      },
      response: { status: 201, schema: federationView, description: 'The registered issuer and subject.' },
      run: async ({ params, body }, call) =>
        toFederationView(await addFederation(deps, requestServerChange(call), params.principal, body)),
    }),
    defineOperation({
      ...common,
      id: 'listClientFederations',
      method: 'GET',
      path: '/management/v1/principals/:principal/federations',
      summary: 'Lists the issuers and subjects whose tokens authenticate a client.',
      response: {
        status: 200,
        schema: z.strictObject({ federations: z.array(federationView) }),
        description: 'All registered issuers and subjects of the client.',
      },
      async run({ params }, call) {
        administerServer(call)
        return { federations: (await listClientFederations(deps, params.principal)).map(toFederationView) }
      },
    }),
    defineOperation({
      ...common,
      id: 'removeClientFederation',
      method: 'POST',
      path: '/management/v1/principals/:principal/federations/remove',
      summary: 'Removes an issuer and a subject, whose tokens then no longer authenticate this client.',
      body: party,
      response: { status: 204, description: 'The issuer and subject were removed.' },
      run: ({ params, body }, call) =>
        removeFederation(deps, requestServerChange(call), params.principal, body),
    }),
  ]
}

function toFederationView({ issuer, subject, createdAt }: FederationRow): FederationView {
  return { issuer, subject, createdAt: formatInstant(createdAt) }
}
