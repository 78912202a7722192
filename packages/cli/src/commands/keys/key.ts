import { z } from 'zod'
import { read } from '../../connection/answer.ts'
import { path } from '../../connection/path.ts'
import type { Answer } from '../../connection/answer.ts'
import { details } from '../../output/table.ts'
import type { Paint } from '../../output/paint.ts'
import { moment } from '../../output/times.ts'
import type { Session } from '../../session.ts'

/** A key of the ring, as far as this program shows it. */
export interface Key {
  readonly id: string
  readonly purpose: string
  readonly state: string
  readonly createdAt: string
  readonly promotedAt: string | null
  readonly retiredAt: string | null
  readonly promotableInSeconds: number | null
  readonly sealedByMasterKey: boolean
}

export const key: z.ZodType<Key> = z.object({
  id: z.string(),
  purpose: z.string(),
  state: z.string(),
  createdAt: z.string(),
  promotedAt: z.string().nullable(),
  retiredAt: z.string().nullable(),
  promotableInSeconds: z.number().nullable(),
  sealedByMasterKey: z.boolean(),
})

/** The key ring and the master key that seals it. */
export interface Ring {
  readonly keys: readonly Key[]
  readonly masterKey: {
    readonly fingerprint: string
    readonly previousFingerprint: string | null
    readonly keysToReseal: number
    readonly warehousesToReseal: number
  }
}

const ring: z.ZodType<Ring> = z.object({
  keys: z.array(key),
  masterKey: z.object({
    fingerprint: z.string(),
    previousFingerprint: z.string().nullable(),
    keysToReseal: z.number(),
    warehousesToReseal: z.number(),
  }),
})

export async function readRing({ client }: Session): Promise<Ring & { readonly answer: Answer }> {
  const answer = await client.send({ method: 'GET', path: '/management/v1/keys' })
  return { ...read(ring, answer), answer }
}

export function sendAdd({ client }: Session, purpose: string): Promise<Answer> {
  return client.send({ method: 'POST', path: '/management/v1/keys', body: { purpose } })
}

export function sendPromote({ client }: Session, id: string, forceNow: boolean): Promise<Answer> {
  const body = forceNow ? { forceNow } : {}
  return client.send({ method: 'POST', path: path`/management/v1/keys/${id}/promote`, body })
}

/** What is at stake when a young key is promoted. */
export const forceNowWarning =
  'Replicas that have not loaded the key yet refuse what it signs and seals until they do, a minute at most.'

export function keyText(paint: Paint, shown: Key): string {
  return details(paint, [
    ['id', shown.id],
    ['purpose', shown.purpose],
    ['state', shown.state],
    ['made', moment(shown.createdAt)],
    ['promoted', moment(shown.promotedAt)],
    ['retired', moment(shown.retiredAt)],
  ])
}
