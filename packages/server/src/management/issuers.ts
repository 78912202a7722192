import { z } from 'zod'
import { listIssuerUse, type SeenClaims } from '../directory/issuer-use.ts'
import { administerServer, type ManagementDeps } from './administer.ts'
import { defineOperation, type ManagementOperation } from './define.ts'
import type { IssuerSummary } from './issuer-summary.ts'
import { formatInstant, instant } from './schemas.ts'

interface IssuerView extends IssuerSummary {
  readonly principals: number
  readonly lastLoginAt: string | null
  readonly claims: { readonly at: string; readonly names: SeenClaims['claims'] } | null
}

const issuerView: z.ZodType<IssuerView> = z
  .strictObject({
    issuer: z.string(),
    audiences: z.array(z.string()),
    algorithms: z.array(z.string()),
    actors: z.array(z.string()).nullable().describe('Values of `azp` that are engines.'),
    clients: z.array(z.string()).nullable().describe('Further accepted values of `azp`.'),
    makesPrincipals: z.boolean(),
    introspection: z.enum(['opaque', 'all']).nullable(),
    secondLeg: z.string().nullable().describe('Profile of the second exchange.'),
    signsInToConsole: z.boolean(),
    acceptsLogoutTokens: z.boolean(),
    principals: z.number().int().describe('Number of principals of this issuer.'),
    lastLoginAt: instant.nullable().describe('Latest known sign-in of a principal of this issuer.'),
    claims: z
      .strictObject({
        at: instant,
        names: z
          .record(z.string(), z.string())
          .describe('Name of each claim, and its value as a short text.'),
      })
      .nullable()
      .describe('Claims of the last accepted token, which the server records once per minute at most.'),
  })
  .meta({ id: 'Issuer' })

/** Returns the operation that lists the configured issuers. */
export function issuerOperations({
  sql,
  issuerSummaries = [],
}: ManagementDeps): readonly ManagementOperation[] {
  return [
    defineOperation({
      id: 'listIssuers',
      method: 'GET',
      path: '/management/v1/issuers',
      subject: 'issuers',
      summary:
        'Lists the configured issuers (HEADGATE_ISSUERS), with their use and the claims of their last token.',
      response: {
        status: 200,
        schema: z.strictObject({ issuers: z.array(issuerView) }),
        description: 'All issuers.',
      },
      async run(_, call) {
        administerServer(call)
        const uses = await listIssuerUse(
          sql,
          issuerSummaries.map(({ issuer }) => issuer),
        )
        return {
          issuers: issuerSummaries.map((summary) => {
            const use = uses.get(summary.issuer)
            const claims = use?.claims ?? null
            return {
              ...summary,
              principals: use?.principals ?? 0,
              lastLoginAt: typeof use?.lastLoginAt === 'number' ? formatInstant(use.lastLoginAt) : null,
              claims: claims === null ? null : { at: formatInstant(claims.at), names: claims.claims },
            }
          }),
        }
      },
    }),
  ]
}
