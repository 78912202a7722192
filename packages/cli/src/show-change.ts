import { z } from 'zod'
import { type Answer, read } from './connection/answer.ts'
import type { Output } from './output/output.ts'
import { visible } from './output/visible.ts'

const changed = z.object({ changed: z.boolean() })

/** Says how it is now, and whether it was so before. */
export function showChange(out: Output, answer: Answer, state: string): void {
  out.answer(answer, () => visible(read(changed, answer).changed ? `${state}.` : `${state} (as before).`))
}
