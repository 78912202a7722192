import { z } from 'zod'
import { engineChangeMembers } from '../../management/generated/requests.ts'
import type { EngineChange } from '../../management/generated/schemas.ts'

/** Engine in a document of `headgate apply`. */
export interface EngineEntry extends EngineChange {
  /** Principal of the engine: a client id, or `ISSUER#SUBJECT`. */
  readonly principal: string
}

export const engineEntry: z.ZodType<EngineEntry> = z
  .strictObject({
    principal: z
      .string()
      .min(1)
      .max(1024)
      .describe('Principal that is the engine: client id or ISSUER#SUBJECT.'),
    ...engineChangeMembers,
  })
  .meta({ id: 'Engine' })
