import { z } from 'zod'
import { parseVendingProfile, type VendingProfile } from '../catalog/vending-profile.ts'

const text = z.string().min(1).max(2048)

const life = {
  lifetimeSeconds: z
    .int()
    .positive()
    .optional()
    .describe('How long storage access lives when it is handed out. Default: 3600.'),
  whenNotAsked: z
    .boolean()
    .optional()
    .describe('Hand it out although the client did not ask, for clients that cannot.'),
}

const modes = z
  .discriminatedUnion('mode', [
    z.strictObject({ mode: z.literal('none') }),
    z.strictObject({ mode: z.literal('gateway'), ...life }),
    z.strictObject({ mode: z.literal('remote-signing'), ...life }),
    z.strictObject({
      mode: z.literal('sts'),
      stsEndpoint: text.optional().describe('Default: the endpoint of the storage, else AWS.'),
      roleArn: text.optional().describe('The role to assume; needed at AWS.'),
      externalId: text.optional().describe('What the trust policy of the role asks for.'),
      identity: z
        .enum(['keys', 'server-token', 'user-token'])
        .optional()
        .describe('Who asks: the keys of the storage, or a token of the server or of the user.'),
      kmsKeyArns: z.array(text).optional().describe('Keys that objects are encrypted with.'),
      sessionTags: z.boolean().optional().describe('Name the principal in tags of the session.'),
      ...life,
    }),
    z.strictObject({
      mode: z.literal('static'),
      longLivedKeysMayLeaveTheServer: z
        .literal(true)
        .describe('The keys of the storage go to every client that may load a table, and stay valid.'),
    }),
  ])
  .meta({ id: 'Vending' })

/** How a warehouse is to hand out storage access. What the schema cannot say, `parseVendingProfile` checks. */
export const vendingBody: z.ZodType<VendingProfile> = modes.superRefine((value, context) => {
  try {
    parseVendingProfile(value)
  } catch (error) {
    context.addIssue({ code: 'custom', message: error instanceof Error ? error.message : 'is not valid' })
  }
})
